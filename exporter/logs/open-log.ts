import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SourceError, sourceError } from '../base/errors.ts';

/** An open log file, and what it is. */
export interface OpenLog {
  readonly handle: FileHandle;
  readonly identity: string;
  readonly size: number;
  readonly bornMs: number;
}

/** Device and inode, which stay when a file is renamed. */
export function identityOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

async function identify(handle: FileHandle, path: string): Promise<OpenLog> {
  const stat = await handle.stat({ bigint: true });
  if (!stat.isFile()) throw new SourceError('failed', path, `${path}: not a file`);
  return { handle, identity: identityOf(stat), size: Number(stat.size), bornMs: Number(stat.birthtimeMs) };
}

/** Without O_NONBLOCK, opening a FIFO waits for its writer; a link that took the file's place would lead anywhere. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Opens a log of the host for reading; undefined when it is not there.
 *
 * @param at where it is here, its links followed
 * @param path what errors call it
 * @throws {SourceError} when it cannot be read, or is a FIFO, a device or a folder
 */
export async function openLog(at: string, path: string): Promise<OpenLog | undefined> {
  try {
    const handle = await open(at, FLAGS);
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
