import { hash } from 'node:crypto';
import type { Table, TableColumn } from './table.ts';

const WORDS = 8;
const WORD = 2 ** 32;
/** Additions of 32-bit words that a double holds exactly. */
const EXACT_ADDITIONS = 2 ** 20;

const NULL = 0;
const PRESENT = 1;

const FIRST_CAPACITY = 4096;
/** Of a value that is no string, with the byte before it. */
const LONGEST_PLAIN_BYTES = 9;
const LONGEST_PREFIX_BYTES = 5;
/** Different strings that are kept as bytes; a dataset has few. */
const MOST_STRINGS = 10_000;

/** Bytes of a row, growing with need. */
class Encoder {
  #bytes = Buffer.alloc(FIRST_CAPACITY);
  #view = viewOf(this.#bytes);
  #length = 0;
  readonly #strings = new Map<string, Buffer>();

  /** The row's bytes, until the next is encoded. */
  encode(columns: readonly TableColumn[], row: number): Buffer {
    this.#length = 0;
    for (const column of columns) {
      this.#reserve(LONGEST_PLAIN_BYTES);
      if (column.type === 'double') this.#double(column.values[row] as number);
      else if (column.type === 'timestamp') this.#int64(column.values[row] as number);
      else if (column.type === 'string') this.#string(column.values[row] ?? null);
      else this.#int32(column.values[row] ?? null);
    }
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length + bytes)]);
    this.#view = viewOf(this.#bytes);
  }

  #null(): void {
    this.#bytes[this.#length++] = NULL;
  }

  #double(value: number): void {
    if (Number.isNaN(value)) {
      this.#null();
      return;
    }
    this.#bytes[this.#length] = PRESENT;
    this.#view.setFloat64(this.#length + 1, value, true);
    this.#length += LONGEST_PLAIN_BYTES;
  }

  #int64(value: number): void {
    if (Number.isNaN(value)) {
      this.#null();
      return;
    }
    const high = Math.floor(value / WORD);
    this.#bytes[this.#length] = PRESENT;
    this.#view.setUint32(this.#length + 1, value - high * WORD, true);
    this.#view.setInt32(this.#length + 5, high, true);
    this.#length += LONGEST_PLAIN_BYTES;
  }

  #int32(value: number | null): void {
    if (value === null) {
      this.#null();
      return;
    }
    this.#bytes[this.#length] = PRESENT;
    this.#view.setInt32(this.#length + 1, value, true);
    this.#length += 5;
  }

  #string(value: string | null): void {
    if (value === null) {
      this.#null();
      return;
    }
    const bytes = this.#bytesOf(value);
    this.#reserve(LONGEST_PREFIX_BYTES + bytes.length);
    this.#bytes[this.#length] = PRESENT;
    this.#view.setUint32(this.#length + 1, bytes.length, true);
    this.#bytes.set(bytes, this.#length + LONGEST_PREFIX_BYTES);
    this.#length += LONGEST_PREFIX_BYTES + bytes.length;
  }

  #bytesOf(value: string): Buffer {
    const known = this.#strings.get(value);
    if (known !== undefined) return known;
    const bytes = Buffer.from(value);
    if (this.#strings.size === MOST_STRINGS) this.#strings.clear();
    this.#strings.set(value, bytes);
    return bytes;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * A digest of rows that does not depend on their order, on how they are spread over files, or on the format: the
 * sum, modulo 2^256, of the SHA-256 of every row, read as big-endian numbers. A row is encoded column by column in
 * the manifest's order: a byte 0 for null; else a byte 1 followed by the timestamp as int64 milliseconds, a double
 * as IEEE 754, an int32, or a string as its length in bytes (uint32) and its UTF-8; all little-endian.
 */
export class RowsDigest {
  readonly #encoder = new Encoder();
  /** The sum's 32-bit words, the most significant first, carries not yet made. */
  readonly #words = new Float64Array(WORDS);
  #additions = 0;

  add(table: Table): void {
    for (let row = 0; row < table.rows; row++) {
      const digest = hash('sha256', this.#encoder.encode(table.columns, row), 'buffer');
      for (let word = 0; word < WORDS; word++) {
        this.#words[word] = (this.#words[word] as number) + digest.readUInt32BE(4 * word);
      }
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
