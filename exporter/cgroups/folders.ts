import { readdirSync } from 'node:fs';

/** A folder below a cgroup mount. */
export interface Folder {
  /** Path from the mount, without a slash at its end; one character per byte. */
  readonly path: string;
  /** The same for system calls. */
  readonly location: Buffer;
}

/** It vanished, or its processes cannot be listed as it is a threaded cgroup. */
const PASSED_OVER = new Set(['ENOENT', 'ENODEV', 'EOPNOTSUPP', 'ENOTSUP']);
/** A machine with more cgroups than this is not searched to the end. */
const MOST_FOLDERS = 20_000;

/**
 * The first folder at or below `mountpoint` that `matches`, breadth first: the host's own and the runtimes' folders come before
 * whatever containers have made below them. Folders that vanish meanwhile are passed over; at most 20,000 are looked at.
 */
export function findFolder(
  mountpoint: string,
  depth: number,
  matches: (folder: Folder) => boolean,
): string | undefined {
  let left = MOST_FOLDERS;
  let level = [''];
  for (let down = 0; down <= depth && level.length > 0; down += 1) {
    const below: string[] = [];
    for (const path of level) {
      if (left === 0) return undefined;
      left -= 1;
      const location = locate(mountpoint, path);
      try {
        if (matches({ path, location })) return path;
        for (const entry of readdirSync(location, { withFileTypes: true, encoding: 'latin1' })) {
          if (entry.isDirectory()) below.push(`${path}/${entry.name}`);
        }
      } catch (error) {
        if (!PASSED_OVER.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
    level = below;
  }
  return undefined;
}

/** `path` (one character per byte) below `mountpoint`, for system calls. */
export function locate(mountpoint: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(mountpoint), Buffer.from(path, 'latin1')]);
}
