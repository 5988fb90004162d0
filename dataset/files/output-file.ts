import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

const BUFFER_BYTES = 1 << 18;

/** What is in a file that is written. */
export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

/** A new file that is written front to back, in the place of what may be there: a link is replaced, not followed. */
export class OutputFile {
  readonly #fd: number;
  readonly #hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  /** Bytes of the buffer that wait to be written. */
  #pending = 0;
  #bytes = 0;

  constructor(path: string) {
    rmSync(path, { force: true });
    this.#fd = openSync(path, 'wx');
  }

  /** Takes the bytes as they are now: what they are in may be used again. */
  append(bytes: Uint8Array): void {
    if (this.#pending + bytes.length > BUFFER_BYTES) this.#flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#write(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#pending);
    this.#pending += bytes.length;
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#pending));
    this.#pending = 0;
  }

  #write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    this.#bytes += bytes.length;
  }

  /** Writes what is left and waits until it is on the disk: the manifest must not get there before the data. */
  close(): Written {
    this.#flush();
    fsyncSync(this.#fd);
    closeSync(this.#fd);
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Closes it as it is. */
  abandon(): void {
    closeSync(this.#fd);
  }
}
