import { hash } from 'node:crypto';
import type { NumberColumn, Table, TextColumn } from './table.ts';

const WORDS = 8;
const WORD = 2 ** 32;
/** Additions of 32-bit words that a double holds exactly. */
const EXACT_ADDITIONS = 2 ** 20;

const NULL = 0;
const PRESENT = 1;

/** Rows that are encoded together: column by column, which keeps each loop to one kind of value. */
const BLOCK_ROWS = 256;
/** Long texts make for fewer rows. */
const BLOCK_BYTES = 16_777_216;
const NUMBER_BYTES = { timestamp: 9, double: 9, int32: 5 } as const;

/** The texts of a column as they are encoded, by number. */
function encodedTexts({ texts }: TextColumn): Buffer[] {
  return texts.map((text) => {
    if (text === null) return Buffer.of(NULL);
    const bytes = Buffer.from(text);
    const before = Buffer.of(PRESENT, 0, 0, 0, 0);
    before.writeUInt32LE(bytes.length, 1);
    return Buffer.concat([before, bytes]);
  });
}

/** The bytes of a table's rows, a block at a time. */
class Encoder {
  readonly #columns: readonly (NumberColumn | (TextColumn & { readonly encoded: readonly Buffer[] }))[];
  /** The most bytes that a row can have. */
  readonly #stride: number;
  readonly #blockRows: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  /** Where the bytes of each row of the block end so far. */
  readonly #ends = new Uint32Array(BLOCK_ROWS);

  constructor({ columns }: Table) {
    this.#columns = columns.map((column) =>
      column.type === 'string' ? { ...column, encoded: encodedTexts(column) } : column,
    );
    const longest = this.#columns.map((column) =>
      column.type === 'string'
        ? column.encoded.reduce((most, { length }) => Math.max(most, length), 0)
        : NUMBER_BYTES[column.type],
    );
    this.#stride = longest.reduce((sum, length) => sum + length, 0);
    this.#blockRows = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_BYTES / this.#stride)));
    this.#bytes = Buffer.allocUnsafe(this.#stride * this.#blockRows);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  }

  /** Gives the bytes of each row of a table, until the next block is encoded. */
  *rows(rows: number): Generator<Buffer> {
    for (let from = 0; from < rows; from += this.#blockRows) {
      const count = Math.min(this.#blockRows, rows - from);
      for (let i = 0; i < count; i++) this.#ends[i] = i * this.#stride;
      for (const column of this.#columns) {
        if (column.type === 'string') this.#addTexts(column.encoded, column.codes, from, count);
        else this.#addNumbers(column, from, count);
      }
      for (let i = 0; i < count; i++) yield this.#bytes.subarray(i * this.#stride, this.#ends[i]);
    }
  }

  #addNumbers({ type, values }: NumberColumn, from: number, count: number): void {
    const bytes = this.#bytes;
    const view = this.#view;
    const ends = this.#ends;
    const size = NUMBER_BYTES[type];
    for (let i = 0; i < count; i++) {
      const value = values[from + i] as number;
      const at = ends[i] as number;
      if (Number.isNaN(value)) {
        bytes[at] = NULL;
        ends[i] = at + 1;
        continue;
      }
      bytes[at] = PRESENT;
      if (type === 'double') view.setFloat64(at + 1, value, true);
      else if (type === 'int32') view.setInt32(at + 1, value, true);
      else {
        const high = Math.floor(value / WORD);
        view.setUint32(at + 1, value - high * WORD, true);
        view.setInt32(at + 5, high, true);
      }
      ends[i] = at + size;
    }
  }

  #addTexts(encoded: readonly Buffer[], codes: Uint32Array, from: number, count: number): void {
    const bytes = this.#bytes;
    const ends = this.#ends;
    for (let i = 0; i < count; i++) {
      const text = encoded[codes[from + i] as number] as Buffer;
      const at = ends[i] as number;
      // Shorter than what a call of `set` takes.
      for (let byte = 0; byte < text.length; byte++) bytes[at + byte] = text[byte] as number;
      ends[i] = at + text.length;
    }
  }
}

/** A 32-bit word of a digest, big-endian. */
function wordAt(digest: string, word: number): number {
  const at = 4 * word;
  const high = (digest.charCodeAt(at) << 8) | digest.charCodeAt(at + 1);
  return high * 2 ** 16 + ((digest.charCodeAt(at + 2) << 8) | digest.charCodeAt(at + 3));
}

/**
 * A digest of rows that does not depend on their order, on how they are spread over files, or on the format: the
 * sum, modulo 2^256, of the SHA-256 of every row, read as big-endian numbers. A row is encoded column by column in
 * the manifest's order: a byte 0 for null; else a byte 1 followed by the timestamp as int64 milliseconds, a double
 * as IEEE 754, an int32, or a string as its length in bytes (uint32) and its UTF-8; all little-endian.
 */
export class RowsDigest {
  /** The sum's 32-bit words, the most significant first, carries not yet made. */
  readonly #words = new Float64Array(WORDS);
  #additions = 0;

  add(table: Table): void {
    for (const bytes of new Encoder(table).rows(table.rows)) {
      // A text of a character per byte takes half the time of a buffer.
      const digest = hash('sha256', bytes, 'binary');
      for (let word = 0; word < WORDS; word++)
        this.#words[word] = (this.#words[word] as number) + wordAt(digest, word);
      if (++this.#additions === EXACT_ADDITIONS) this.#carry();
    }
  }

  #carry(): void {
    this.#additions = 0;
    let carry = 0;
    for (let word = WORDS - 1; word >= 0; word--) {
      const sum = (this.#words[word] as number) + carry;
      this.#words[word] = sum % WORD;
      carry = Math.floor(sum / WORD);
    }
  }

  /** 64 hexadecimal digits. */
  hex(): string {
    this.#carry();
    return Array.from(this.#words, (word) => word.toString(16).padStart(8, '0')).join('');
  }
}
