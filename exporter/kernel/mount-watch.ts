import { SourceError } from '../base/errors.ts';
import { readInPieces } from './kernel-file.ts';

const NAME = 'proc/self/mountinfo';
/** A mount's options are a page at most, and its paths as well: there may always be another. */
const LONGEST_LINE = 3 * 4_096;

/** Notices that something was mounted or unmounted in this process's view of the file system. */
export class MountWatch {
  readonly #path: string;
  /** The table as it was last; undefined where the mounts could not be seen. */
  #seen: Buffer | undefined;

  /** @param procfs where this process's own mounts are to be read */
  constructor(procfs: string) {
    this.#path = `${procfs}/self/mountinfo`;
  }

  /** Whether the mounts differ from those of the last call; also when that cannot be told. */
  changed(): boolean {
    try {
      if (this.#isAsSeen()) return false;
      this.#seen = this.#read();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#seen = undefined;
    }
    return true;
  }

  #isAsSeen(): boolean {
    const seen = this.#seen;
    if (seen === undefined) return false;
    let length = 0;
    let isSame = true;
    readInPieces(this.#path, NAME, LONGEST_LINE, (piece) => {
      isSame &&= piece.equals(seen.subarray(length, length + piece.length));
      length += piece.length;
    });
    return isSame && length === seen.length;
  }

  #read(): Buffer {
    const pieces: Buffer[] = [];
    readInPieces(this.#path, NAME, LONGEST_LINE, (piece) => pieces.push(Buffer.from(piece)));
    return Buffer.concat(pieces);
  }
}
