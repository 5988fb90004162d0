/**
 * A file of a dataset that is read. Whoever can write to its folder can put anything in its place: a link to a file
 * elsewhere, a FIFO that nobody writes to, a device without an end. Only regular files are read, and never more of
 * them than there was when they were opened.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { systemCode } from '../../common/errors.ts';

const PART_BYTES = 1 << 18;

/** A link is not followed, and a FIFO not waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What something is that is no regular file; undefined for one that is. */
export function oddKind(
  stats: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket'>,
): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function notRegular(kind: string): Error {
  return new Error(`is ${kind}, not a regular file`);
}

function opened(path: string): number {
  try {
    return openSync(path, FLAGS);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ELOOP') throw notRegular('a link');
    // Nobody answers at a socket, or at a device without a driver.
    if (code === 'ENXIO') throw notRegular('a socket');
    throw error;
  }
}

export class InputFile {
  /** How many there were when it was opened; what is written behind them later is not read. */
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly #fd: number;

  /** @throws {Error} when it is not there, is no regular file or may not be read */
  constructor(path: string) {
    this.#fd = opened(path);
    const stats = fstatSync(this.#fd);
    const kind = oddKind(stats);
    if (kind !== undefined) {
      closeSync(this.#fd);
      throw notRegular(kind);
    }
    this.bytes = stats.size;
    this.modifiedMs = stats.mtimeMs;
  }

  /**
   * Bytes from a place on.
   *
   * @throws {RangeError} when the file has not so many
   */
  read(start: number, length: number): Buffer {
    if (!(start >= 0 && length >= 0 && start + length <= this.bytes))
      throw new RangeError(`has no bytes ${start} to ${start + length}`);
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const count = readSync(this.#fd, bytes, at, length - at, start + at);
      if (count === 0) throw new RangeError('was cut while it was read');
      at += count;
    }
    return bytes;
  }

  /** All of it. Who stops reading early leaves nothing behind: no read goes on in another thread. */
  stream(): Readable {
    return Readable.from(this.#parts(), { objectMode: false });
  }

  async *#parts(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.bytes; at += PART_BYTES) {
      yield this.read(at, Math.min(PART_BYTES, this.bytes - at));
      // Timers, such as those that renew a lock, go on meanwhile.
      await setImmediate();
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A small file as a whole, and when it was last written. */
export interface SmallFile {
  readonly bytes: Buffer;
  readonly modifiedMs: number;
}

/**
 * Reads a small file.
 *
 * @returns undefined when it is not there
 * @throws {Error} when it is no regular file, or has more bytes than `most`
 */
export function readSmall(path: string, most: number): SmallFile | undefined {
  let file: InputFile;
  try {
    file = new InputFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if (file.bytes > most) throw new Error(`has ${file.bytes} bytes, more than the ${most} that are read`);
    return { bytes: file.read(0, file.bytes), modifiedMs: file.modifiedMs };
  } finally {
    file.close();
  }
}
