import { excerpt } from '../../../../common/excerpt.ts';
import { MatrixScanError } from './errors.ts';
import { BYTE, endOfValue, isWhitespace } from './json-bytes.ts';

/** One value that is parsed as a whole: a label set, a warning. Memory is bounded by it. */
const LARGEST_VALUE_BYTES = 1 << 20;
/** Objects that are read key by key have a few. */
const MOST_KEYS = 100;

/**
 * JSON that comes in pieces, read from its beginning to its end: containers by their members and elements, anything
 * else as whole values.
 *
 * Its methods throw MatrixScanError `incomplete` or `malformed`.
 */
export class JsonSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  /** What has been received and not yet dropped. */
  bytes: Buffer = Buffer.alloc(0);
  /** White space that came since the last byte of something else, at most. */
  #blank = 0;
  /** The next byte to read, in `bytes`. */
  at = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Stops reading; to be called whatever happens. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  /** The keys of the object that begins here, each once; the caller reads the value of each before it takes the next. */
  async *members(): AsyncGenerator<string, void, void> {
    await this.take(BYTE.OPEN_BRACE);
    if (await this.takeIf(BYTE.CLOSE_BRACE)) return;
    const keys = new Set<string>();
    do {
      const key = await this.value();
      if (typeof key !== 'string' || keys.has(key)) throw malformed(`the key ${shown(key)}`);
      if (keys.size === MOST_KEYS) throw malformed(`an object of over ${MOST_KEYS} keys`);
      keys.add(key);
      await this.take(BYTE.COLON);
      yield key;
    } while (await this.another(BYTE.CLOSE_BRACE));
  }

  /** Steps through the array that begins here; the caller reads each element before it takes the next. */
  async *elements(): AsyncGenerator<void, void, void> {
    await this.take(BYTE.OPEN_BRACKET);
    if (await this.takeIf(BYTE.CLOSE_BRACKET)) return;
    do yield;
    while (await this.another(BYTE.CLOSE_BRACKET));
  }

  /** Reads one value of any kind. */
  async value(): Promise<unknown> {
    await this.#peek();
    let end = endOfValue(this.bytes, this.at);
    while (end < 0) {
      if (this.bytes.length - this.at > LARGEST_VALUE_BYTES)
        throw malformed(`a value of over ${LARGEST_VALUE_BYTES} bytes`);
      if (!(await this.#more())) throw cutShort();
      end = endOfValue(this.bytes, this.at);
    }
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw malformed(shown(text), { cause: error });
    }
  }

  /** After an element: whether another one follows, or else the container's end, which is stepped over. */
  async another(close: number): Promise<boolean> {
    if (await this.takeIf(BYTE.COMMA)) return true;
    await this.take(close);
    return false;
  }

  /** Steps over a byte that must come next. */
  async take(byte: number): Promise<void> {
    if (await this.takeIf(byte)) return;
    const found = this.bytes.toString('utf8', this.at, this.at + 40);
    throw malformed(`${String.fromCharCode(byte)} is missing before ${shown(found)}`);
  }

  /** Steps over a byte if it comes next. */
  async takeIf(byte: number): Promise<boolean> {
    if ((await this.#peek()) !== byte) return false;
    this.at++;
    return true;
  }

  /** Reads to the end, where nothing but white space may be left. */
  async end(): Promise<void> {
    do {
      const from = this.at;
      while (this.at < this.bytes.length) {
        if (!isWhitespace(this.bytes[this.at++])) throw malformed('text after its end');
      }
      this.#skip(this.at - from);
    } while (await this.#more());
  }

  /** The next byte that is not white space. */
  async #peek(): Promise<number> {
    for (;;) {
      const from = this.at;
      for (; this.at < this.bytes.length; this.at++) {
        const byte = this.bytes[this.at] as number;
        if (!isWhitespace(byte)) {
          this.#blank = 0;
          return byte;
        }
      }
      this.#skip(this.at - from);
      if (!(await this.#more())) throw cutShort();
    }
  }

  /** So many more bytes were white space alone, of which no server writes much. */
  #skip(bytes: number): void {
    this.#blank += bytes;
    if (this.#blank > LARGEST_VALUE_BYTES)
      throw malformed(`white space of over ${LARGEST_VALUE_BYTES} bytes`);
  }

  /**
   * Receives more: at least as much again as is left, so that a value in many small pieces is not looked through once
   * for each of them. False when there is no more.
   */
  async #more(): Promise<boolean> {
    const left = this.bytes.subarray(this.at);
    const received: Uint8Array[] = [];
    for (let bytes = 0; bytes <= left.length; ) {
      const { done, value } = await this.#next();
      if (done) break;
      received.push(value);
      bytes += value.length;
    }
    this.bytes = Buffer.concat([left, ...received]);
    this.at = 0;
    return this.bytes.length > left.length;
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#pieces.next();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new MatrixScanError('incomplete', `it broke off: ${excerpt(reason)}`, { cause: error });
    }
  }
}

/** The error for text that is not what the API writes. */
export function malformed(what: string, options?: ErrorOptions): MatrixScanError {
  return new MatrixScanError('malformed', `not the JSON of a matrix: ${what}`, options);
}

/** A value as an error shows it. */
export function shown(value: unknown): string {
  return excerpt(typeof value === 'string' ? value : JSON.stringify(value));
}

function cutShort(): MatrixScanError {
  return new MatrixScanError('incomplete', 'it is cut short');
}
