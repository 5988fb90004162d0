const NEWLINE = 0x0a;
const NUL = 0x00;

/** The most that is kept, and matched, of one line. */
export const MAX_LINE_BYTES = 16_384;

/** What a runtime makes of that: a part has 16 KiB, and JSON writes a control character with six. */
export const MAX_CONTAINER_LINE_BYTES = 6 * MAX_LINE_BYTES + 1_024;

/**
 * Cuts what is read into lines, wherever the reads end.
 *
 * Of a line of megabytes only the beginning is kept, and how much of its end is not is counted. Bytes that are no UTF-8 become U+FFFD. NULs before a line are
 * the hole that a log emptied under its writer begins with.
 */
export class LineSplitter {
  /** Ends of lines that were too long, so far. */
  cutBytes = 0;
  #pending: Buffer[] = [];
  #bytes = 0;
  #skipping = false;
  readonly #maxBytes: number;

  constructor(maxBytes = MAX_LINE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The complete lines, with what was left from before; what follows the last newline is kept for the next call. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk, start, end);
      if (!this.#skipping) lines.push(this.#line());
      this.reset();
      start = end + 1;
    }
    this.#keep(chunk, start, chunk.length);
    return lines;
  }

  /** Drops what is left; with `skip` the rest of the current line too. */
  reset(skip = false): void {
    this.#pending = [];
    this.#bytes = 0;
    this.#skipping = skip;
  }

  #keep(chunk: Buffer, from: number, end: number): void {
    let start = from;
    if (this.#bytes === 0) while (start < end && chunk[start] === NUL) start += 1;
    if (this.#skipping) return;
    const part = chunk.subarray(start, Math.min(end, start + this.#maxBytes - this.#bytes));
    this.cutBytes += end - start - part.length;
    if (part.length === 0) return;
    // A copy, because the reader uses its buffer again.
    this.#pending.push(Buffer.from(part));
    this.#bytes += part.length;
  }

  #line(): string {
    const [only] = this.#pending;
    return (this.#pending.length === 1 && only ? only : Buffer.concat(this.#pending)).toString('utf8');
  }
}
