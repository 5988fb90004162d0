import { MAX_LINE_BYTES } from '../line-splitter.ts';
import { decompress } from './decompress.ts';
import { ENTRY_HEADER_BYTES, entryItems, offsetAt, parseObjectHeader, TYPE } from './format.ts';
import type { JournalBytes } from './journal-bytes.ts';

const MAX_ITEMS_BYTES = 65_536;
/** Of compressed data more is not looked at. */
const MAX_COMPRESSED_BYTES = 1_048_576;
/** Enough for every field but long messages. */
const BEGINNING_BYTES = 256;
const MAX_CACHED = 4_096;

const WANTED = ['MESSAGE', '_HOSTNAME', '_PID', 'SYSLOG_PID'] as const;
type Wanted = (typeof WANTED)[number];

/** What a journal entry says; fields that it does not have are absent. */
export interface JournalEntry {
  readonly realtimeMs: number;
  /** Tells it from every other, also when it is copied into another file. */
  readonly key: string;
  readonly fields: Readonly<Partial<Record<Wanted, string>>>;
  /** How a field is compressed that could not be read. */
  readonly unread: string | undefined;
}

type Field = { readonly name: Wanted; readonly text: string } | { readonly unread: string } | undefined;

/** Reads entries; remembers data that many of them have, which never changes in a journal. */
export class EntryReader {
  readonly #bytes: JournalBytes;
  readonly #fields = new Map<number, Field>();

  constructor(bytes: JournalBytes) {
    this.#bytes = bytes;
  }

  /** @throws {SourceError} `malformed` */
  read(offset: number): JournalEntry {
    const head = this.#bytes.read(offset, ENTRY_HEADER_BYTES);
    const { type, bytes } = parseObjectHeader(head);
    const length = bytes - ENTRY_HEADER_BYTES;
    if (type !== TYPE.entry || !(length >= 0) || length > MAX_ITEMS_BYTES) {
      throw this.#bytes.damaged(`no entry at ${offset}`);
    }
    const items = this.#bytes.read(offset + ENTRY_HEADER_BYTES, length);
    const fields: Partial<Record<Wanted, string>> = {};
    let unread: string | undefined;
    for (const at of entryItems(items, this.#bytes.header.compact)) {
      const field = this.#field(at);
      if (field === undefined) continue;
      if ('unread' in field) unread = field.unread;
      else fields[field.name] ??= field.text;
    }
    const key = head.toString('latin1', 24, ENTRY_HEADER_BYTES - 8);
    return { realtimeMs: offsetAt(head, 24) / 1e3, key, fields, unread };
  }

  #field(offset: number): Field {
    if (this.#fields.has(offset)) return this.#fields.get(offset);
    const data = this.#bytes.data(offset);
    const beginning = this.#bytes.payload(offset, data, BEGINNING_BYTES);
    const isCompressed = data.flags !== 0;
    const whole = () =>
      this.#bytes.payload(
        offset,
        data,
        isCompressed ? MAX_COMPRESSED_BYTES : MAX_LINE_BYTES + BEGINNING_BYTES,
      );
    const payload = isCompressed ? decompress(whole(), data.flags) : beginning;
    if (typeof payload === 'string') return { unread: payload };
    const name = WANTED.find((wanted) => payload.toString('latin1', 0, wanted.length + 1) === `${wanted}=`);
    const field = name && { name, text: textOf(name, isCompressed ? payload : whole()) };
    if (data.entries <= 1) return field;
    if (this.#fields.size >= MAX_CACHED) this.#fields.clear();
    this.#fields.set(offset, field);
    return field;
  }
}

function textOf(name: Wanted, payload: Buffer): string {
  return payload.toString('utf8', name.length + 1, name.length + 1 + MAX_LINE_BYTES);
}
