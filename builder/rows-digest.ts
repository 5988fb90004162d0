import { hash } from 'node:crypto';
import type { Table, TableColumn } from './table.ts';

const WORDS = 8;
const WORD = 2 ** 32;
/** Additions of 32-bit words that a double holds exactly. */
const EXACT_ADDITIONS = 2 ** 20;

const NULL = 0;
const PRESENT = 1;

/** Bytes of a row, growing with need. */
class Encoder {
  #bytes = Buffer.alloc(4096);
  #length = 0;

  reset(): void {
    this.#length = 0;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(bytes: number): number {
    if (this.#length + bytes > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length + bytes)]);
    }
    const at = this.#length;
    this.#length += bytes;
    return at;
  }

  null(): void {
    const at = this.#reserve(1);
    this.#bytes[at] = NULL;
  }

  int64(value: number): void {
    const at = this.#reserve(9);
    this.#bytes[at] = PRESENT;
    this.#bytes.writeBigInt64LE(BigInt(value), at + 1);
  }

  double(value: number): void {
    const at = this.#reserve(9);
    this.#bytes[at] = PRESENT;
    this.#bytes.writeDoubleLE(value, at + 1);
  }

  int32(value: number): void {
    const at = this.#reserve(5);
    this.#bytes[at] = PRESENT;
    this.#bytes.writeInt32LE(value, at + 1);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value);
    const at = this.#reserve(5 + length);
    this.#bytes[at] = PRESENT;
    this.#bytes.writeUInt32LE(length, at + 1);
    this.#bytes.write(value, at + 5, 'utf8');
  }
}

function encode(encoder: Encoder, column: TableColumn, row: number): void {
  const value = column.values[row];
  if (value === null || value === undefined || Number.isNaN(value)) encoder.null();
  else if (column.type === 'string') encoder.string(value as string);
  else if (column.type === 'timestamp') encoder.int64(value as number);
  else if (column.type === 'double') encoder.double(value as number);
  else encoder.int32(value as number);
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
      this.#encoder.reset();
      for (const column of table.columns) encode(this.#encoder, column, row);
      const digest = hash('sha256', this.#encoder.bytes, 'buffer');
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
