import { closeSync, openSync, readSync } from 'node:fs';
import { attempt, sourceError } from './errors.ts';

const SMALL_FILE_BYTES = 64 * 1024;

/** The kernel hands out long files a page at a time, whatever is asked for. */
const PIECE_BYTES = 64 * 1024;

/** Where {@link readOpen} puts what it reads; the next call of anything here overwrites it. */
export const contents = Buffer.allocUnsafe(SMALL_FILE_BYTES);

/**
 * Reads the beginning of a file that is already open, always from its first byte, into {@link contents}. This is
 * done for every process at every scrape, and so without a view or a closure for each.
 *
 * @param name what errors call it: the path on the host, such as `proc/1/stat`
 * @returns how many bytes, at most 64 KiB
 * @throws {SourceError} `absent` when the process behind it has ended
 */
export function readOpen(descriptor: number, name: string): number {
  try {
    return readSync(descriptor, contents, 0, SMALL_FILE_BYTES, 0);
  } catch (error) {
    throw sourceError(name, error);
  }
}

/**
 * Opens a file for {@link readOpen}.
 *
 * @param path where it is seen from here
 * @param name what errors call it
 * @throws {SourceError}
 */
export function openFile(path: string, name: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw sourceError(name, error);
  }
}

/**
 * Reads a small file, byte for byte.
 *
 * @param path where it is seen from here
 * @param name what errors call it
 * @returns a view of {@link contents}, of at most 64 KiB
 * @throws {SourceError}
 */
export function readSmall(path: string, name: string): Buffer {
  const descriptor = openFile(path, name);
  try {
    return contents.subarray(0, readOpen(descriptor, name));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a file of any length piece by piece; a piece is a view that is valid during the call only.
 *
 * @param path where it is seen from here
 * @param name what errors call it
 * @throws {SourceError}
 */
export function readInPieces(path: string, name: string, take: (piece: Buffer) => void): void {
  const descriptor = openFile(path, name);
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    const next = () => attempt(name, () => readSync(descriptor, buffer, 0, PIECE_BYTES, null));
    for (let count = next(); count > 0; count = next()) take(buffer.subarray(0, count));
  } finally {
    closeSync(descriptor);
  }
}
