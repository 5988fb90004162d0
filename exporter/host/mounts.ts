import { groupBy } from '../../common/collections.ts';
import { SourceError } from '../base/errors.ts';
import { type Mount, UNKNOWN_TYPE } from '../parsers/mountinfo.ts';
import type { Host } from './host.ts';

/** Not storage: filesystems that show the kernel's state, and images that are full by construction. */
const PSEUDO =
  /^(autofs|binfmt_misc|bpf|cgroup2?|configfs|cramfs|debugfs|devpts|devtmpfs|efivarfs|erofs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|pstore|ramfs|romfs|rootfs|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs|udf)$/;

/** Somebody else's storage, which hangs when its server does; of FUSE only `fuseblk` is a local disk. */
const NETWORK =
  /^(9p|afs|beegfs|ceph|cifs|coda|fuse|fuse\..*|glusterfs|gpfs|lustre|ncpfs|nfs4?|orangefs|smb3|smbfs)$/;

/** Their usage is a few numbers in memory. */
const COUNTED_IN_MEMORY = /^(ext[234]|tmpfs)$/;

/** Mounts that container runtimes and the kubelet make for each container; volumes are counted by the kubelet. */
const PER_CONTAINER =
  /^\/(dev|proc|sys|run\/(containerd|credentials|docker|netns)|var\/lib\/(containerd|containers\/storage|docker|kubelet\/(plugins|pods)))(\/|$)/;

/** Whether a filesystem's server may be away, so that a call into it never returns. */
export function isNetwork(type: string): boolean {
  return type === UNKNOWN_TYPE || NETWORK.test(type);
}

/** Whether a mount point is the node's own, rather than one that is made for each container. */
export function isNodes(mountpoint: string): boolean {
  return !PER_CONTAINER.test(mountpoint);
}

function isStorage({ type, mountpoint, readOnly }: Mount): boolean {
  // A node that is itself a container has nothing but an overlay for its root.
  const pseudo = PSEUDO.test(type) && !(type === 'overlay' && mountpoint === '/');
  const deleted = mountpoint.endsWith('//deleted');
  return !pseudo && !isNetwork(type) && !readOnly && !deleted && isNodes(mountpoint);
}

/** The host's own paths: in a container that sees the host below `rootPrefix`, only what lies there is the host's. */
function stripPrefix(mounts: readonly Mount[], rootPrefix: string): readonly Mount[] {
  if (rootPrefix === '' || !mounts.some(({ mountpoint }) => mountpoint === rootPrefix)) return mounts;
  return mounts
    .filter(({ mountpoint }) => mountpoint === rootPrefix || mountpoint.startsWith(`${rootPrefix}/`))
    .map((mount) => ({ ...mount, mountpoint: mount.mountpoint.slice(rootPrefix.length) || '/' }));
}

/** Whether `a` stands for the filesystem rather than `b`: the whole of it before a part, then the shorter path. */
function isBetter(a: Mount, b: Mount): boolean {
  const [wholeA, wholeB] = [a.root === '/', b.root === '/'];
  return wholeA === wholeB ? a.mountpoint.length < b.mountpoint.length : wholeA;
}

/** A filesystem that can fill up. */
export interface Storage {
  readonly mountpoint: string;
  readonly device: string;
  /** Whether it says how full it is without waiting for a disk or a server: also on the way to it there is none. */
  readonly isDirect: boolean;
}

/** Only the node's own root may be of any type: should that hang, so does the node. */
function isDirect({ type, mountpoint }: Mount, networkMounts: readonly string[]): boolean {
  if (mountpoint === '/') return true;
  return (
    COUNTED_IN_MEMORY.test(type) && !networkMounts.some((network) => mountpoint.startsWith(`${network}/`))
  );
}

/** Whether the path `above` is `path` or leads to it. */
export const leadsTo = (above: string, path: string) =>
  path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`);

/** A mount and those that it stands on, as far down as the table goes. */
function chainOf(mount: Mount, byId: ReadonlyMap<string, Mount>): ReadonlySet<Mount> {
  const chain = new Set<Mount>();
  for (let at: Mount | undefined = mount; at !== undefined && !chain.has(at); at = byId.get(at.parent))
    chain.add(at);
  return chain;
}

/**
 * Tells which mounts no path leads to: another was later put over them, or over what they stand on. Of two on the same
 * mount, one on the way to the other, the upper one came later: else the other would stand on it.
 */
export function hiddenIn(mounts: readonly Mount[]): (mount: Mount) => boolean {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  const byParent = groupBy(mounts, ({ parent }) => parent);
  const on = (id: string) => byParent.get(id) ?? [];
  return (mount) => {
    if (on(mount.id).some((other) => other !== mount && other.mountpoint === mount.mountpoint)) return true;
    return [...chainOf(mount, byId)].some((link) =>
      on(link.parent).some((other) => other !== link && leadsTo(other.mountpoint, link.mountpoint)),
    );
  };
}

/**
 * The mount points whose filesystems can fill up, one for each filesystem. A mount hides what was mounted before
 * it at the same path or below. Filesystems that are read-only cannot fill up; an image that is always full would hide one
 * that is filling.
 */
export function selectStorage(table: readonly Mount[], rootPrefix: string): Storage[] {
  const mounts = stripPrefix(table, rootPrefix);
  const isHidden = hiddenIn(mounts);
  const byDevice = new Map<string, Mount>();
  for (const mount of mounts) {
    if (!isStorage(mount) || isHidden(mount)) continue;
    const known = byDevice.get(mount.device);
    if (known === undefined || isBetter(mount, known)) byDevice.set(mount.device, mount);
  }
  const networkMounts = mounts.filter(({ type }) => isNetwork(type)).map(({ mountpoint }) => mountpoint);
  return [...byDevice.values()].map((mount) => ({
    mountpoint: mount.mountpoint,
    device: mount.device,
    isDirect: isDirect(mount, networkMounts),
  }));
}

/**
 * The host's mounts as the kernel lists them; process 1's are root's to see, and without that right the agent's own
 * are the best view.
 *
 * @throws {SourceError}
 */
export function readMountinfo(host: Host): { readonly text: string; readonly path: string } {
  const [first, own] = ['proc/1/mountinfo', 'proc/self/mountinfo'];
  try {
    return { text: host.read(first), path: first };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { text: host.read(own), path: own };
  }
}
