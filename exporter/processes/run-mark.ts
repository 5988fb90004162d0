/** Stands for a process of which the kernel does not count when it runs. */
export const NEVER_SCHEDULED = 0;

const NOT_COUNTED = '0 0 0\n';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A number that changes when the process (its first thread, whose state its stat shows as well) was put on a CPU: a hash
 * of `/proc/<pid>/schedstat`, nanoseconds on a CPU, nanoseconds of waiting for one, and how many times it got one.
 *
 *     18215318 4090213 377
 *
 * Reading this costs a third of reading stat. A kernel without CONFIG_SCHED_INFO writes zeros.
 *
 * @param bytes the text in its first `length` bytes
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export function runMark(bytes: Buffer, length: number): number {
  if (length === NOT_COUNTED.length && bytes.toString('latin1', 0, length) === NOT_COUNTED) return NEVER_SCHEDULED;
  let hash = FNV_OFFSET;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), FNV_PRIME);
  return hash;
}
