import { readlinkSync } from 'node:fs';
import { sourceError } from '../base/errors.ts';
import type { StatLink } from './careful-stat.ts';

/** What is unusual about where a process's executable lies. */
export type ExecutableKind = 'deleted_exe' | 'memfd_exe' | 'temp_exe';

const TEMPORARY = ['/tmp/', '/var/tmp/', '/dev/shm/'] as const;

/** Files of memfd_create(2) are shown under this name, which a deleted file in `/` can have as well. */
const MEMFD = '/memfd:';

/** Strips the process's own root from a path that the kernel shows from the reader's. */
function insideRoot(path: string, root: string): string {
  return root !== '/' && path.startsWith(`${root}/`) ? path.slice(root.length) : path;
}

const liesInTemporary = (path: string) => TEMPORARY.some((folder) => path.startsWith(folder));

/**
 * Whether a path lies in a temporary folder as its process sees it, or as its container does: a root of the process's own, which
 * chroot(2) gives everybody who may, does not hide where a program lies.
 */
function isTemporary(target: string, procFolder: string): boolean {
  if (!TEMPORARY.some((folder) => target.includes(folder))) return false;
  return (
    liesInTemporary(target) ||
    liesInTemporary(insideRoot(target, readlinkSync(`${procFolder}/root`, 'latin1')))
  );
}

/**
 * What is unusual about a process's executable; undefined when nothing is, or when there is none (a thread of the
 * kernel, a zombie).
 *
 * Whether it was deleted is told by the file's link count and not by the name: ` (deleted)` is a name like any
 * other. A file from a lower layer of an overlay keeps its link there when the container removes it, and does not
 * count. A memfd lies on the kernel's own internal mount and not on the filesystem of the process's root, which
 * tells it from a deleted file that is called `memfd:…`.
 *
 * @param procFolder `/proc/<pid>`, as seen from here
 * @param name what errors call that folder
 * @throws {SourceError} `unreadable` without CAP_SYS_PTRACE for other users' processes; what `stat` throws
 */
export function executableKind(procFolder: string, name: string, stat: StatLink): ExecutableKind | undefined {
  try {
    const file = stat(procFolder, 'exe', name);
    if (file === undefined) return undefined;
    const target = readlinkSync(`${procFolder}/exe`, 'latin1');
    if (file.nlink > 0) return isTemporary(target, procFolder) ? 'temp_exe' : undefined;
    const memory = target.startsWith(MEMFD) && stat(procFolder, 'root', name)?.dev !== file.dev;
    return memory ? 'memfd_exe' : 'deleted_exe';
  } catch (error) {
    throw sourceError(`${name}/exe`, error);
  }
}
