import { ifPresent } from '../base/sources.ts';
import { readSmall } from './kernel-file.ts';

/** Left for sockets, watched files, logs and whatever else the agent opens. */
const RESERVED = 512;
/** More than any node runs processes usefully. */
const MOST = 16_384;

/**
 * How many files may be kept open for processes: half of the limit (RLIMIT_NOFILE, which Node.js raises as far as it may
 * at its start) less a reserve; none where the limit cannot be told.
 *
 * @param limits text of /proc/self/limits
 * @internal exported for its own tests
 */
export function descriptorsFor(limits: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined) return 0;
  const files = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  return Math.max(0, Math.min(MOST, Math.floor(files / 2) - RESERVED));
}

/**
 * {@link descriptorsFor} this process; 0 where procfs does not show its limits.
 *
 * @throws {SourceError} any other failure
 */
export function descriptorBudget(procfs: string): number {
  const limits = ifPresent(() => readSmall(`${procfs}/self/limits`, 'proc/self/limits').toString('latin1'));
  return descriptorsFor(limits ?? '');
}
