import { createHash } from 'node:crypto';
import { SourceError } from './errors.ts';
import { readInPieces } from './kernel-file.ts';

const NAME = 'proc/self/mountinfo';
/** A mount's options are a page at most, and its paths as well: there may always be another. */
const LONGEST_LINE = 3 * 4_096;

/** Notices that something was mounted or unmounted in this process's view of the file system. */
export class MountWatch {
  readonly #path: string;
  #seen = '';

  /** @param procfs where this process's own mounts are to be read */
  constructor(procfs: string) {
    this.#path = `${procfs}/self/mountinfo`;
  }

  /** Whether the mounts differ from those of the last call; also when that cannot be told. */
  changed(): boolean {
    const seen = this.#seen;
    this.#seen = this.#digest();
    return this.#seen === '' || this.#seen !== seen;
  }

  /** Empty where the mounts cannot be seen. */
  #digest(): string {
    const hash = createHash('sha1');
    try {
      readInPieces(this.#path, NAME, LONGEST_LINE, (piece) => hash.update(piece));
      return hash.digest('base64');
    } catch (error) {
      if (error instanceof SourceError) return '';
      throw error;
    }
  }
}
