import { ifPresent } from '../base/sources.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { reachesHost } from './namespace.ts';
import { parseStatus } from './status.ts';

const CAP_SYS_PTRACE = 1n << 19n;

/**
 * Whether this process may look into processes of other users.
 *
 * @throws {SourceError} when its status is there and cannot be read
 */
export function hasTraceCapability(procfs: string): boolean {
  const name = 'proc/self/status';
  const status = ifPresent(() => readSmall(`${procfs}/self/status`, name).toString('latin1'));
  if (status === undefined) return false;
  const { capabilities } = parseStatus(status, name);
  return (capabilities & CAP_SYS_PTRACE) !== 0n && reachesHost(procfs);
}
