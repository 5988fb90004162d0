import { malformed, SourceError } from '../../base/errors.ts';

/**
 * Journal files as bytes: a header, then objects (data, entries, arrays of entries), which refer to each other by offset.
 *
 * @see https://systemd.io/JOURNAL_FILE_FORMAT/
 */

const SIGNATURE = 'LPKSHHRH';
/** Up to and with `tail_entry_realtime`, which every version has. */
export const HEADER_BYTES = 208;
export const OBJECT_HEADER_BYTES = 16;

export const TYPE = { data: 1, entry: 3, array: 6 } as const;

const KEYED_HASH = 4;
const COMPACT = 16;
/** With the three compressions. */
const KNOWN = 1 | 2 | KEYED_HASH | 8 | COMPACT;

/** What a header says; offsets and lengths in bytes. */
export interface JournalHeader {
  /** Tells it from every other journal; a copy has it too. */
  readonly id: string;
  /** The key of the hash; undefined where it has none. */
  readonly hashKey: Buffer | undefined;
  /** Whether offsets take four bytes. */
  readonly compact: boolean;
  readonly dataTable: { readonly offset: number; readonly bytes: number };
}

/**
 * Parses the first {@link HEADER_BYTES} of a journal file.
 *
 * @throws {SourceError} `malformed` for another kind of file, and one of a version that is not known
 */
export function parseHeader(bytes: Buffer, path: string): JournalHeader {
  const signature = bytes.toString('latin1', 0, SIGNATURE.length);
  if (bytes.length < HEADER_BYTES || signature !== SIGNATURE) throw malformed(path, 'a journal', signature);
  const flags = bytes.readUInt32LE(12);
  if ((flags & ~KNOWN) !== 0) {
    throw new SourceError(
      'malformed',
      path,
      `${path}: a journal of a newer systemd (flags 0x${flags.toString(16)})`,
    );
  }
  return {
    id: bytes.toString('hex', 24, 40),
    hashKey: (flags & KEYED_HASH) === 0 ? undefined : Buffer.from(bytes.subarray(24, 40)),
    compact: (flags & COMPACT) !== 0,
    dataTable: { offset: offsetAt(bytes, 104), bytes: offsetAt(bytes, 112) },
  };
}

/** An offset, a length or a number of things; beyond 2^53 it points to nothing. */
export function offsetAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

export interface ObjectHeader {
  readonly type: number;
  readonly flags: number;
  /** With the header. */
  readonly bytes: number;
}

export function parseObjectHeader(bytes: Buffer): ObjectHeader {
  return { type: bytes.readUInt8(0), flags: bytes.readUInt8(1), bytes: offsetAt(bytes, 8) };
}

/** The part of a data object before its payload. */
export function dataHeaderBytes(compact: boolean): number {
  return compact ? 72 : 64;
}

/** Where the entries are that have this data: the first one, and a chain of arrays of the others. */
export interface DataHeader extends ObjectHeader {
  readonly hash: bigint;
  /** The next data of the same bucket; 0 for none. */
  readonly next: number;
  readonly firstEntry: number;
  readonly entryArray: number;
  readonly entries: number;
}

export function parseDataHeader(bytes: Buffer): DataHeader {
  return {
    ...parseObjectHeader(bytes),
    hash: bytes.readBigUInt64LE(16),
    next: offsetAt(bytes, 24),
    firstEntry: offsetAt(bytes, 40),
    entryArray: offsetAt(bytes, 48),
    entries: offsetAt(bytes, 56),
  };
}

/** Before the items of an entry. */
export const ENTRY_HEADER_BYTES = 64;
export const ARRAY_HEADER_BYTES = 24;

/** The offsets of an entry's data; `bytes` begins with the first item. */
export function entryItems(bytes: Buffer, compact: boolean): number[] {
  const width = compact ? 4 : 16;
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) =>
    compact ? bytes.readUInt32LE(i * width) : offsetAt(bytes, i * width),
  );
}

/** The offsets of entries in an array; `bytes` begins with the first. */
export function arrayItems(bytes: Buffer, compact: boolean): number[] {
  const width = compact ? 4 : 8;
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) =>
    compact ? bytes.readUInt32LE(i * width) : offsetAt(bytes, i * width),
  );
}
