import { malformed } from '../base/errors.ts';
import { fieldsOf, lineWith, type Unread, wholeNumber } from '../base/lines.ts';

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

const CPU_LINE = /^cpu(\d+) ([^\n]*)$/gm;
const COLUMNS = 8;

function ticksOf(columns: string): CpuTicks | undefined {
  const numbers = fieldsOf(columns, COLUMNS).map(wholeNumber);
  if (numbers.length < COLUMNS || numbers.includes(undefined)) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = numbers;
  return { user, nice, system, idle, iowait, irq, softirq, steal };
}

/**
 * Parses the lines of `/proc/stat` that begin with `cpuN`.
 *
 *     cpu0 6711 0 2539 248374 62 0 43 3 0 0
 *
 * Columns behind `steal` are not read: guest time is part of user and nice already. CPUs that are offline have
 * no line.
 *
 * @see https://docs.kernel.org/filesystems/proc.html
 * @param unread receives such lines with fewer than eight numbers, by the CPU's number
 * @returns ticks of 1/100 s by CPU number
 * @throws {SourceError} `malformed` when there is no such line
 */
export function parseCpuTicks(text: string, unread: Unread): Map<number, CpuTicks> {
  const cpus = new Map<number, CpuTicks>();
  for (const [line, cpu = '', columns = ''] of text.matchAll(CPU_LINE)) {
    const ticks = ticksOf(columns);
    const number = wholeNumber(cpu);
    if (ticks === undefined || number === undefined) unread.add('eight numbers after cpuN', line, cpu);
    else cpus.set(number, ticks);
  }
  if (cpus.size === 0) throw malformed(unread.path, 'lines "cpuN …"', lineWith(text, 'cpu') ?? text);
  return cpus;
}

const FORKS = 'processes';

/**
 * Parses the line of `/proc/stat` that begins with `cpu `: the ticks of all CPUs since boot, those that are offline
 * now included.
 *
 * @returns undefined when there is no such line, or it has fewer than eight numbers
 */
export function parseAllCpus(text: string): CpuTicks | undefined {
  const columns = /^cpu +(\d+(?: \d+){7,}) *$/m.exec(text)?.[1];
  if (columns === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = columns
    .split(' ')
    .map(Number);
  return { user, nice, system, idle, iowait, irq, softirq, steal };
}

/** Seconds since the Unix epoch at which the system started; undefined without the line `btime`. */
export function parseBootTime(text: string): number | undefined {
  const btime = /^btime (\d+)$/m.exec(text)?.[1];
  return btime === undefined ? undefined : Number(btime);
}

/**
 * The line `processes` of `/proc/stat`: processes and threads started since boot.
 *
 * @throws {SourceError} `malformed` when there is no such line
 */
export function parseForks(text: string, path: string): number {
  const line = lineWith(text, FORKS);
  const forks = wholeNumber(line?.slice(FORKS.length + 1) ?? '');
  if (forks === undefined || line?.[FORKS.length] !== ' ') {
    throw malformed(path, 'a line "processes <count>"', line ?? text);
  }
  return forks;
}
