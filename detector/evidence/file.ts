/** New lines of a file that somebody else writes, and rotates. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Line, LineCutter } from '../../common/stream/lines.ts';

/** How much of a file's end is read when it is met, and of what is new at once. */
const MOST_BYTES = 1 << 24;
const LONGEST_LINE = 1 << 20;

export class FileTail {
  readonly #path: string;
  #inode: bigint | undefined;
  #offset = 0;
  #cutter = new LineCutter(LONGEST_LINE);

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The lines that have come since the last call.
   *
   * @throws {Error} when it cannot be read, or is no regular file
   */
  async next(): Promise<Line[]> {
    // A pipe would wait for whoever writes to it.
    const file = await open(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat({ bigint: true });
      if (!stats.isFile()) throw new Error(`${this.#path} is no regular file`);
      const size = Number(stats.size);
      const isOther = stats.ino !== this.#inode || size < this.#offset;
      let isCut = false;
      if (isOther) {
        // Of another file its beginning; of one that was there before us its end.
        this.#offset = Math.max(0, size - MOST_BYTES);
        isCut = this.#offset > 0;
        this.#cutter = new LineCutter(LONGEST_LINE);
        this.#inode = stats.ino;
      }
      const bytes = Buffer.alloc(Math.min(MOST_BYTES, size - this.#offset));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset);
      this.#offset += bytesRead;
      const lines = this.#cutter.cut(bytes.subarray(0, bytesRead));
      return isCut ? lines.slice(1) : lines;
    } finally {
      await file.close();
    }
  }
}
