import { malformed } from '../errors.ts';

/** Clock ticks that one CPU spent in each mode since boot, by the names of the columns in `/proc/stat`. */
export interface CpuTicks {
  readonly user: number;
  readonly nice: number;
  readonly system: number;
  readonly idle: number;
  readonly iowait: number;
  readonly irq: number;
  readonly softirq: number;
  readonly steal: number;
}

const CPU_LINE = /^cpu(\d+) (.*)$/gm;
const COLUMNS = /^\d+(?: \d+){7,}$/;

/**
 * Parses the lines of `/proc/stat` that begin with `cpuN`.
 *
 *     cpu0 6711 0 2539 248374 62 0 43 3 0 0
 *
 * Columns behind `steal` are not read: guest time is part of user and nice already. CPUs that are offline have
 * no line.
 *
 * @see https://docs.kernel.org/filesystems/proc.html
 * @returns ticks of 1/100 s by CPU number
 * @throws {SourceError} `malformed` when there is no such line, or one of them has fewer than eight numbers
 */
export function parseCpuTicks(text: string, path: string): Map<number, CpuTicks> {
  const cpus = new Map<number, CpuTicks>();
  for (const [line, cpu, columns] of text.matchAll(CPU_LINE)) {
    if (!COLUMNS.test(columns?.trimEnd() ?? '')) throw malformed(path, 'eight numbers after cpuN', line);
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = (
      columns ?? ''
    )
      .split(' ')
      .map(Number);
    cpus.set(Number(cpu), { user, nice, system, idle, iowait, irq, softirq, steal });
  }
  if (cpus.size === 0) throw malformed(path, 'lines "cpuN …"', text);
  return cpus;
}

/**
 * The line `processes` of `/proc/stat`: processes and threads started since boot.
 *
 * @throws {SourceError} `malformed` when there is no such line
 */
export function parseForks(text: string, path: string): number {
  const forks = /^processes (\d+)$/m.exec(text)?.[1];
  if (forks === undefined) throw malformed(path, 'a line "processes <count>"', text);
  return Number(forks);
}
