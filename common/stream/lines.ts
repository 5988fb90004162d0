/** The lines of a stream that may never end one: no line is held beyond a length. */

const NEWLINE = 0x0a;

/** A line, or that one was too long to be held. */
export type Line = { readonly text: string } | 'too long';

/** Cuts bytes into lines; what comes after the last newline is none yet, see `rest`. */
export class LineCutter {
  readonly #most: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #isSkipped = false;

  /** @param most bytes that a line may have */
  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that end within these bytes. */
  cut(bytes: Uint8Array): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      this.#hold(bytes.subarray(from, end < 0 ? undefined : end));
      if (end < 0) return lines;
      lines.push(this.#isSkipped ? 'too long' : { text: Buffer.concat(this.#parts).toString('utf8') });
      this.#parts = [];
      this.#length = 0;
      this.#isSkipped = false;
      from = end + 1;
    }
  }

  /** What came after the last newline: of a stream that was cut off half a line, of a file its last. Undefined when there is nothing. */
  rest(): Line | undefined {
    if (this.#length === 0) return undefined;
    return this.#isSkipped ? 'too long' : { text: Buffer.concat(this.#parts).toString('utf8') };
  }

  #hold(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > this.#most) {
      this.#isSkipped = true;
      this.#parts = [];
    } else if (!this.#isSkipped && part.length > 0) this.#parts.push(part);
  }
}
