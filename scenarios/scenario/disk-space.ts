import { readFileSync, statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** A scenario takes at most this part of the space that is left. */
const MOST_OF_FREE = 0.1;
/** The kubelet collects images at 85 % and evicts pods at 90 %: a scenario stays below. */
const FULLEST = 0.8;
/** Filesystems that answer from memory or from a local disk, and that an agent counts. */
const STORAGE = /^(ext[234]|xfs|btrfs|f2fs|vfat|zfs|tmpfs)$/;
/** What runtimes mount for each container, and the kernel's own. */
const NOT_STORAGE = /^\/(dev|proc|sys|run)(\/|$)/;

/** Why so many bytes may not be written there; undefined when they may. */
export async function spaceObstacle(folder: string, bytes: number): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    if (bytes <= bavail * bsize * MOST_OF_FREE) return undefined;
    return `would write ${bytes} bytes to ${folder}, more than a tenth of what is free there`;
  } catch (error) {
    return `cannot write to ${folder}: ${(error as NodeJS.ErrnoException).code}`;
  }
}

/** As an ordinary user sees it: what is reserved for root counts as used. */
function usedRatio(path: string, more = 0): number {
  const { blocks, bavail, bsize } = statfsSync(path);
  return blocks === 0 ? 0 : 1 - (bavail - more / bsize) / blocks;
}

/**
 * The filesystems of /proc/self/mountinfo that an agent counts.
 *
 * @internal exported for its own tests
 */
export function* mountpoints(mountinfo: string): Iterable<string> {
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , , mountpoint = '', options = ''] = before.split(' ');
    const [type = ''] = after.split(' ');
    const isReadOnly = options.split(',').includes('ro');
    // A name with a space in it is written otherwise, and is rare.
    if (STORAGE.test(type) && !isReadOnly && !NOT_STORAGE.test(mountpoint) && !mountpoint.includes('\\'))
      yield mountpoint;
  }
}

/**
 * Why a filesystem must not become so full, or would do so in vain.
 *
 * @param then how full it would be, 0 to 1
 * @param usedOf how full that of another mount point is; throws for one that cannot be seen
 * @internal exported for its own tests
 */
export function fillRefusal(
  folder: string,
  then: number,
  others: Iterable<string>,
  usedOf: (mountpoint: string) => number,
): string | undefined {
  if (then > FULLEST) return `would leave ${folder} more than ${FULLEST * 100} % full`;
  for (const mountpoint of others) {
    try {
      if (usedOf(mountpoint) >= then)
        return `${mountpoint} is and stays fuller than ${folder}: filesystem_used_ratio would show nothing`;
    } catch {
      // It cannot be seen from here.
    }
  }
  return undefined;
}

/**
 * Why so many bytes may not be taken there; undefined when they may. `filesystem_used_ratio` is that of the fullest filesystem, as far
 * as it can be seen from here.
 */
export async function fillObstacle(folder: string, bytes: number): Promise<string | undefined> {
  const obstacle = await spaceObstacle(folder, bytes);
  if (obstacle !== undefined) return obstacle;
  const others = mountpoints(readFileSync('/proc/self/mountinfo', 'utf8'));
  return fillRefusal(folder, usedRatio(folder, bytes), others, (path) => usedRatio(path));
}
