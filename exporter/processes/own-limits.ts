import { join } from 'node:path';
import { ifPresent } from '../base/sources.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { reachesHost } from './namespace.ts';
import { parseStatus } from './status.ts';

/** Left for sockets, watched files, logs and whatever else the agent opens. */
const RESERVED = 512;
/** More than any node runs processes usefully. */
const MOST = 16_384;

/**
 * How many files may be kept open for processes: half of the limit (RLIMIT_NOFILE, which Node.js raises as far as it may
 * at its start) less a reserve; none where the limit cannot be told.
 *
 * @param limits text of /proc/self/limits
 */
export function descriptorsFor(limits: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined) return 0;
  const files = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  return Math.max(0, Math.min(MOST, Math.floor(files / 2) - RESERVED));
}

function readOwn(procfs: string, file: string): string | undefined {
  return ifPresent(() => readSmall(join(procfs, 'self', file), `proc/self/${file}`).toString('latin1'));
}

/** {@link descriptorsFor} this process. */
export function descriptorBudget(procfs: string): number {
  return descriptorsFor(readOwn(procfs, 'limits') ?? '');
}

const CAP_SYS_PTRACE = 1n << 19n;

/** Whether this process may look into processes of other users. */
export function hasTraceCapability(procfs: string): boolean {
  const status = readOwn(procfs, 'status');
  if (status === undefined) return false;
  const { capabilities } = parseStatus(status, 'proc/self/status');
  return (capabilities & CAP_SYS_PTRACE) !== 0n && reachesHost(procfs);
}
