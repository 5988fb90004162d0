import { parseContainerLog } from '../parsers/container-log.ts';
import { MAX_LINE_BYTES } from './line-splitter.ts';

/** A line as the container wrote it. */
export interface ContainerLine {
  readonly stream: string;
  readonly text: string;
  /** When the runtime read its end. */
  readonly time: string;
}

/** Joins the parts in which runtimes store long lines; as with other lines only the beginning is kept. */
export class ContainerLines {
  /** Ends of lines that were too long, so far. */
  cutBytes = 0;
  readonly #parts = new Map<string, string>();

  /** The container's line that ends with this line of the file, if one does. */
  push(line: string): ContainerLine | undefined {
    const parsed = parseContainerLog(line);
    if (parsed === undefined) return undefined;
    const { stream, partial, time } = parsed;
    const whole = (this.#parts.get(stream) ?? '') + parsed.text;
    const text = whole.slice(0, MAX_LINE_BYTES);
    this.cutBytes += Buffer.byteLength(whole.slice(MAX_LINE_BYTES));
    if (partial) {
      // Docker's file names the stream as it likes; the two that there are leave no room for more.
      if (this.#parts.size < 2 || this.#parts.has(stream)) this.#parts.set(stream, text);
      return undefined;
    }
    this.#parts.delete(stream);
    return { stream, text, time };
  }
}
