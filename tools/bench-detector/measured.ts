/** What work took in this process. */

/** CPU and wall time of some work, in milliseconds. */
export interface Taken {
  readonly cpuMs: number;
  readonly wallMs: number;
}

const MICROSECONDS_PER_MS = 1_000;
const KIBIBYTES_PER_MEBIBYTE = 1_024;

/** Does something and tells what it took, the runtime's other threads included. */
export async function measured(work: () => unknown): Promise<Taken> {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / MICROSECONDS_PER_MS, wallMs: performance.now() - began };
}

/** The most memory that this process has had, in MiB. */
export function peakMebibytes(): number {
  return process.resourceUsage().maxRSS / KIBIBYTES_PER_MEBIBYTE;
}
