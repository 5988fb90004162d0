import { closeSync, openSync, readSync } from 'node:fs';
import { sourceError } from '../base/errors.ts';

const SMALL_FILE_BYTES = 64 * 1024;

/** The least that the kernel has room for when it hands out a file of many records. */
const ROOM_BYTES = 4_096;

/** Where what is read once is put; the next call of {@link readSmall} or {@link readInPieces} overwrites it. */
const contents = smallFileBuffer();

/** Room for {@link readOpen}, which its owner uses for one file after the other. */
export function smallFileBuffer(): Buffer {
  return Buffer.allocUnsafe(SMALL_FILE_BYTES);
}

/**
 * Reads the beginning of a file that is already open, always from its first byte. This is
 * done for every process at every scrape, and so without a view or a closure for each.
 *
 * @param name what errors call it: the path on the host, such as `proc/1/stat`
 * @param into receives the bytes; see {@link smallFileBuffer}
 * @returns how many bytes, at most as many as there is room for
 * @throws {SourceError} `absent` when the process behind it has ended
 */
export function readOpen(descriptor: number, name: string, into: Buffer): number {
  return readAt(descriptor, name, into, 0, 0);
}

function readAt(descriptor: number, name: string, into: Buffer, offset: number, position: number): number {
  try {
    return readSync(descriptor, into, offset, into.length - offset, position);
  } catch (error) {
    throw sourceError(name, error);
  }
}

/**
 * Reads a text file that is already open from its first byte to its end. The kernel hands out a file of many records
 * a page at a time, whatever is asked for, so that only an empty read is the end.
 *
 * @param name what errors call it
 * @throws {SourceError}
 */
export function readOpenText(descriptor: number, name: string): string {
  let length = 0;
  for (;;) {
    const count = readAt(descriptor, name, contents, length, length);
    if (count === 0) return contents.toString('utf8', 0, length);
    length += count;
    if (length === SMALL_FILE_BYTES) return readLongText(descriptor, name);
  }
}

function readLongText(descriptor: number, name: string): string {
  const pieces: Buffer[] = [];
  readOpenInPieces(descriptor, name, ROOM_BYTES, (piece) => pieces.push(Buffer.from(piece)));
  return Buffer.concat(pieces).toString('utf8');
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
 * Opens a file, reads it and closes it.
 *
 * @param path where it is seen from here
 * @param name what errors call it
 * @throws {SourceError}
 */
export function withFile<T>(path: string, name: string, read: (descriptor: number, name: string) => T): T {
  const descriptor = openFile(path, name);
  try {
    return read(descriptor, name);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads a small file, byte for byte.
 *
 * @param path where it is seen from here
 * @param name what errors call it
 * @returns at most 64 KiB; a view that is valid until the next call
 * @throws {SourceError}
 */
export function readSmall(path: string, name: string): Buffer {
  return contents.subarray(
    0,
    withFile(path, name, (descriptor) => readOpen(descriptor, name, contents)),
  );
}

function readOpenInPieces(
  descriptor: number,
  name: string,
  longestRecord: number,
  take: (piece: Buffer) => void,
): void {
  let position = 0;
  for (;;) {
    const count = readAt(descriptor, name, contents, 0, position);
    if (count > 0) take(contents.subarray(0, count));
    // Where another record would have had room there was none.
    if (count === 0 || count <= ROOM_BYTES - longestRecord) return;
    position += count;
  }
}

/**
 * Reads a file of any length piece by piece; a piece is a view that is valid during the call only.
 *
 * To ask for what is behind the end can cost as much as all before it: for a table of sockets the kernel goes through
 * its whole hash again. So it is not asked when the last piece had room for another record.
 *
 * @param path where it is seen from here
 * @param name what errors call it
 * @param longestRecord bytes that no record of the file exceeds
 * @throws {SourceError}
 */
export function readInPieces(
  path: string,
  name: string,
  longestRecord: number,
  take: (piece: Buffer) => void,
): void {
  withFile(path, name, (descriptor) => readOpenInPieces(descriptor, name, longestRecord, take));
}
