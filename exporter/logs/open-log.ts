import { type BigIntStats, constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { SourceError, sourceError } from '../errors.ts';

const MAX_LINKS = 8;

/**
 * Where a path on the host leads, links resolved within the host's root: the kubelet's log paths are absolute links
 * where Docker is the runtime, and seen from a container these would lead into the container.
 *
 * @throws {SourceError} `failed` when links lead in a circle
 */
async function resolve(prefix: string, path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    if (!(await lstat(prefix + at)).isSymbolicLink()) return prefix + at;
    at = posix.resolve(posix.dirname(at), await readlink(prefix + at));
  }
  throw new SourceError('failed', path, `${path}: more than ${MAX_LINKS} links`);
}

/** An open log file, and what it is. */
export interface OpenLog {
  readonly handle: FileHandle;
  readonly identity: string;
  readonly size: number;
  readonly bornMs: number;
}

/** Device and inode, which stay when a file is renamed. */
export function identityOf({ dev, ino }: Pick<BigIntStats | Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

async function identify(handle: FileHandle, path: string): Promise<OpenLog> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new SourceError('failed', path, `${path}: not a file`);
  return { handle, identity: identityOf(stat), size: stat.size, bornMs: stat.birthtimeMs };
}

/**
 * Opens a log of the host for reading; undefined when it is not there.
 *
 * @throws {SourceError} when it cannot be read, or is a FIFO, a device or a folder
 */
export async function openLog(prefix: string, path: string): Promise<OpenLog | undefined> {
  try {
    // Without O_NONBLOCK, opening a FIFO waits for its writer.
    const handle = await open(await resolve(prefix, path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await identify(handle, path);
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (cause) {
    const error = sourceError(path, cause);
    if (error.code === 'absent') return undefined;
    throw error;
  }
}
