import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

const BUFFER_BYTES = 1 << 20;

/** A new file that is written front to back. */
export class OutputFile {
  readonly #fd: number;
  #pending: Uint8Array[] = [];
  #bytes = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
  }

  append(bytes: Uint8Array): void {
    this.#pending.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= BUFFER_BYTES) this.#flush();
  }

  #flush(): void {
    const all = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#bytes = 0;
    for (let at = 0; at < all.length; ) at += writeSync(this.#fd, all, at);
  }

  /** Writes what is left and waits until it is on the disk: the manifest must not get there before the data. */
  close(): void {
    this.#flush();
    fsyncSync(this.#fd);
    closeSync(this.#fd);
  }

  /** Closes it as it is. */
  abandon(): void {
    closeSync(this.#fd);
  }
}
