import { readSync } from 'node:fs';
import { SourceError } from '../../base/errors.ts';
import {
  ARRAY_HEADER_BYTES,
  arrayItems,
  type DataHeader,
  dataHeaderBytes,
  HEADER_BYTES,
  type JournalHeader,
  OBJECT_HEADER_BYTES,
  offsetAt,
  parseDataHeader,
  parseHeader,
  parseObjectHeader,
  TYPE,
} from './format.ts';
import { jenkins64, siphash24 } from './hash.ts';

/** Data of one bucket; a table is made larger long before. */
const MAX_CHAIN = 10_000;

/** An array of entries, and what of it comes before. */
export interface ArrayPlace {
  readonly offset: number;
  /** Entries in the arrays before it. */
  readonly base: number;
}

/**
 * Reads objects of an open journal file, which journald goes on writing.
 *
 * Every offset is somebody else's: what is read is bounded, and chains only lead on, never back. Local files answer at once, so
 * that reading is not asynchronous, which would take ten times as long.
 */
export class JournalBytes {
  readonly #fd: number;
  readonly #path: string;
  readonly header: JournalHeader;

  /** @throws {SourceError} `malformed` */
  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
    this.header = parseHeader(this.read(0, HEADER_BYTES), path);
  }

  damaged(what: string): SourceError {
    return new SourceError('malformed', this.#path, `${this.#path}: damaged, ${what}`);
  }

  /** @throws {SourceError} `malformed` where there is no more */
  read(offset: number, bytes: number): Buffer {
    const found = this.readUpTo(offset, bytes);
    if (found.length < bytes) throw this.damaged(`nothing at ${offset}`);
    return found;
  }

  readUpTo(offset: number, bytes: number): Buffer {
    if (!Number.isSafeInteger(offset) || offset < 0) throw this.damaged(`an offset of ${offset}`);
    const buffer = Buffer.allocUnsafe(bytes);
    return buffer.subarray(0, readSync(this.#fd, buffer, 0, bytes, offset));
  }

  data(offset: number): DataHeader {
    const data = parseDataHeader(this.read(offset, dataHeaderBytes(this.header.compact)));
    if (data.type !== TYPE.data) throw this.damaged(`no data at ${offset}`);
    return data;
  }

  /** The payload of a data object as it is stored, `most` bytes of it. */
  payload(offset: number, { bytes }: DataHeader, most: number): Buffer {
    const head = dataHeaderBytes(this.header.compact);
    const length = Math.min(bytes - head, most);
    if (!(length >= 0)) throw this.damaged(`data of ${bytes} bytes`);
    return this.readUpTo(offset + head, length);
  }

  /** What data is found by, in this file. */
  hashOf(field: Buffer): bigint {
    const { hashKey } = this.header;
    return hashKey === undefined ? jenkins64(field) : siphash24(field, hashKey);
  }

  /**
   * Where a field's value is stored, such as `SYSLOG_IDENTIFIER=sshd`; undefined when it was never written.
   *
   * @param hash of the field
   */
  find(field: Buffer, hash: bigint): number | undefined {
    const { dataTable } = this.header;
    const buckets = Math.floor(dataTable.bytes / 16);
    if (buckets === 0) return undefined;
    const bucket = dataTable.offset + 16 * Number(hash % BigInt(buckets));
    let offset = offsetAt(this.read(bucket, 8), 0);
    for (let i = 0; offset !== 0; i++) {
      if (i === MAX_CHAIN) throw this.damaged('a bucket without an end');
      const data = this.data(offset);
      if (data.hash === hash && this.payload(offset, data, field.length + 1).equals(field)) return offset;
      offset = data.next;
    }
    return undefined;
  }

  /**
   * Offsets of the entries `from` up to `to` (not included) of those in a chain of arrays.
   *
   * @param at an array of the chain at or before `from`
   * @returns also the array that the last one is in, to go on from
   */
  entries(at: ArrayPlace, from: number, to: number): { offsets: number[]; at: ArrayPlace } {
    const offsets: number[] = [];
    const width = this.header.compact ? 4 : 8;
    let place = at;
    while (from + offsets.length < to) {
      const head = this.read(place.offset, ARRAY_HEADER_BYTES);
      const { type, bytes } = parseObjectHeader(head);
      const capacity = Math.floor((bytes - ARRAY_HEADER_BYTES) / width);
      if (type !== TYPE.array || !(capacity > 0)) throw this.damaged(`no array at ${place.offset}`);
      const first = from + offsets.length - place.base;
      if (first < capacity) {
        const count = Math.min(capacity - first, to - from - offsets.length);
        const items = this.read(place.offset + ARRAY_HEADER_BYTES + first * width, count * width);
        offsets.push(...arrayItems(items, this.header.compact));
        if (from + offsets.length === to) break;
      }
      const next = offsetAt(head, OBJECT_HEADER_BYTES);
      if (next <= place.offset) throw this.damaged('entries that lead nowhere');
      place = { offset: next, base: place.base + capacity };
    }
    return { offsets, at: place };
  }
}
