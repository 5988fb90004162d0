import { groupBy } from '../../common/collections.ts';
import { SourceError } from '../base/errors.ts';
import type { Place } from '../cgroups/place.ts';
import type { NodeView } from '../owners/node-view.ts';
import { hostNamespace, namespaceInode } from '../processes/namespace.ts';
import { oncePerPass } from '../processes/once-per-pass.ts';
import type { Process, ProcessSnapshot } from '../processes/table.ts';

/** A network namespace and a process through which it can be read. */
export interface NetworkNamespace {
  /** Tells namespaces apart while they live; the kernel uses numbers of dead ones again. */
  readonly inode: number;
  /** Whose it is: a pod's, or undefined for the host's own and for what host processes made. */
  readonly place: Place | undefined;
  readonly isHost: boolean;
  /** Folder of its files, such as `proc/1/net`. */
  readonly folder: string;
  /** When the first of its processes started, in ticks of 1/100 s since boot; the host's own at 0. */
  readonly beganTicks: number;
}

/** The network namespaces of one moment. */
export interface NetworkNamespaces {
  readonly list: readonly NetworkNamespace[];
  readonly errors: readonly SourceError[];
  /** When the youngest process that was ever seen started. */
  readonly newestTicks: number;
}

/** Stands for the host's namespace where its number may not be seen. */
const HOST_UNSEEN = 0;
const HOST_FOLDER = 'proc/1/net';

interface Members {
  readonly place: Place | undefined;
  readonly pids: readonly number[];
  readonly beganTicks: number;
}

/**
 * Gathers processes by namespace, but for the host's. The process with the lowest pid that belongs to a pod names the
 * owner: a pod's sandbox comes first, and what the host runs in there (a network plug-in, a debugging shell) does not
 * own it.
 */
function membersOf({ processes }: ProcessSnapshot, hostInode: number): Map<number, Members> {
  const foreign: Process[] = [];
  for (const process of processes) {
    const { networkNamespace } = process.inspection;
    if (networkNamespace !== undefined && networkNamespace !== hostInode) foreign.push(process);
  }
  foreign.sort((a, b) => a.pid - b.pid);
  const namespaces = groupBy(foreign, ({ inspection }) => inspection.networkNamespace ?? HOST_UNSEEN);
  return new Map(
    [...namespaces].map(([inode, members]) => [
      inode,
      {
        place: members.find(({ group }) => group.place !== undefined)?.group.place,
        pids: members.map(({ pid }) => pid),
        beganTicks: members.reduce(
          (first, { startTicks }) => Math.min(first, startTicks),
          Number.POSITIVE_INFINITY,
        ),
      },
    ]),
  );
}

/**
 * A process that is in the namespace at this moment: the one known may have ended, or entered another.
 *
 * @param errors receives a denial that leaves the namespace without any
 */
function readableThrough(
  procfs: string,
  inode: number,
  pids: readonly number[],
  errors: SourceError[],
): number | undefined {
  let denied: SourceError | undefined;
  for (const pid of pids) {
    try {
      if (namespaceInode(procfs, pid, 'net') === inode) return pid;
    } catch (error) {
      if (!(error instanceof SourceError) || error.code === 'failed') throw error;
      if (error.code !== 'absent') denied = error;
    }
  }
  if (denied !== undefined) errors.push(denied);
  return undefined;
}

function find(host: NodeView, snapshot: ProcessSnapshot): NetworkNamespaces {
  const procfs = host.locate('proc/');
  const errors = snapshot.errors.filter(({ path }) => path.endsWith('/ns/net'));
  let hostInode: number | undefined;
  try {
    hostInode = hostNamespace(procfs, 'net');
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    errors.push(error);
  }
  const inode = hostInode ?? HOST_UNSEEN;
  const list: NetworkNamespace[] = [
    { inode, place: undefined, isHost: true, folder: HOST_FOLDER, beganTicks: 0 },
  ];
  const { newestTicks } = snapshot;
  // Which namespace is the host's must be known to tell the others from it.
  if (hostInode === undefined) return { list, errors, newestTicks };
  for (const [inode, { place, pids, beganTicks }] of membersOf(snapshot, hostInode)) {
    const denied: SourceError[] = [];
    const pid = readableThrough(procfs, inode, pids, denied);
    host.unseen.noteErrors('namespace_unread', denied);
    errors.push(...denied);
    if (pid !== undefined) list.push({ inode, place, isHost: false, folder: `proc/${pid}/net`, beganTicks });
  }
  return { list, errors, newestTicks };
}

/**
 * The network namespaces that have a process, each once, the host's first. Pods with `hostNetwork` share the host's.
 *
 * The host's own can be read without any privilege. To see the others takes CAP_SYS_PTRACE; `errors` says so.
 *
 * @throws {SourceError} when there is no procfs
 */
export const networkNamespaces = oncePerPass(find);
