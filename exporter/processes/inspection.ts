import { SourceError } from '../base/errors.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import type { Unseen, UnseenReason } from '../kernel/unseen.ts';
import type { CarefulStat } from './careful-stat.ts';
import { type ExecutableKind, executableKind } from './executable.ts';
import type { SuspiciousKind } from './group.ts';
import { hostNamespace, INIT, namespaceInode } from './namespace.ts';
import { isElevated, parseStatus } from './status.ts';

/** What one look at a process found; it is kept until the next look. */
export interface Inspection {
  /** Inode of its network namespace; undefined when it may not be seen. */
  readonly networkNamespace: number | undefined;
  readonly kind: SuspiciousKind | undefined;
  /** What could not be told. */
  readonly unknown: readonly SuspiciousKind[];
  /** Denials, not what was merely gone. */
  readonly errors: readonly SourceError[];
}

const EXECUTABLE_KINDS: readonly ExecutableKind[] = ['deleted_exe', 'memfd_exe', 'temp_exe'];

/**
 * Whether the process holds, in the host's user namespace, more capabilities than runtimes give by default. In a
 * user namespace of its own everybody has them all, and they reach no further.
 */
function isElevatedOnHost(procfs: string, pid: number, capabilities: bigint): boolean {
  if (!isElevated(capabilities)) return false;
  return namespaceInode(procfs, pid, 'user') === hostNamespace(procfs, 'user');
}

/** With what processes are looked at. */
interface Means {
  /** The folder that the host's procfs is mounted at. */
  readonly procfs: string;
  /** Looks at what the process's links lead to. */
  readonly links: CarefulStat;
  /** Told of what could not be looked at, by an agent that may. */
  readonly unseen: Unseen;
}

/**
 * Looks at what `/proc/<pid>/stat` does not tell: executable, tracer, capabilities and network namespace.
 *
 * The kernel shields few processes even from CAP_SYS_PTRACE (another security module, a process above a user
 * namespace), and a process can run from a filesystem that does not answer. They take nothing from the others: they count
 * as ordinary, and that they could not be read is said.
 *
 * @param mayTrace whether this process has CAP_SYS_PTRACE
 * @param contained whether the process belongs to a container; capabilities are judged there only
 */
export function inspect(
  { procfs, links, unseen }: Means,
  pid: number,
  mayTrace: boolean,
  contained: boolean,
): Inspection {
  const folder = `${procfs}/${pid}`;
  const name = `proc/${pid}`;
  const errors: SourceError[] = [];
  const unknown: SuspiciousKind[] = [];
  /** What is gone is not there any more: the process ended, or never had one. */
  const attempt = <T>(
    read: () => T,
    otherwise: readonly SuspiciousKind[],
    reason: UnseenReason = 'process_unread',
  ): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (error.code === 'absent') return undefined;
      const isItsOwn = error.code === 'failed' || (mayTrace && error.code === 'unreadable');
      errors.push(error);
      if (isItsOwn) unseen.noteErrors(reason, [error]);
      else unknown.push(...otherwise);
      return undefined;
    }
  };
  // Process 1 is in the host's by definition, which others tell where it is shielded.
  const networkNamespace = attempt(
    () => (pid === INIT ? hostNamespace(procfs, 'net') : namespaceInode(procfs, pid, 'net')),
    [],
    'namespace_unread',
  );
  let kind: SuspiciousKind | undefined = attempt(
    () => executableKind(folder, name, links.stat),
    EXECUTABLE_KINDS,
  );
  if (kind === undefined) {
    const status = attempt(
      () => parseStatus(readSmall(`${folder}/status`, `${name}/status`).toString('latin1'), `${name}/status`),
      ['traced', 'elevated_container'],
    );
    if (status?.traced === true) kind = 'traced';
    else if (status !== undefined && contained) {
      const elevated = attempt(
        () => isElevatedOnHost(procfs, pid, status.capabilities),
        ['elevated_container'],
      );
      if (elevated === true) kind = 'elevated_container';
    }
  }
  return { networkNamespace, kind, unknown, errors };
}
