import { randomBytes } from 'node:crypto';
import { jenkins64, siphash24 } from '../../exporter/logs/journal/hash.ts';

interface Form {
  readonly compact: boolean;
  readonly keyed: boolean;
  /** Items of the first array of entries; the next has twice as many. */
  readonly firstArray: number;
}

export interface WrittenEntry {
  readonly realtimeMs: number;
  /** `NAME=value` */
  readonly fields: readonly Buffer[];
}

const HEADER = 272;
const BUCKETS = 7;
const align = (bytes: number) => Math.ceil(bytes / 8) * 8;

interface Chain {
  count: number;
  first: number;
  head: number;
  tail: number;
  used: number;
  capacity: number;
}

const newChain = (): Chain => ({ count: 0, first: 0, head: 0, tail: 0, used: 0, capacity: 0 });

/** Writes journal files as journald does: data once, entries, and arrays of entries that grow. Few buckets make collisions. */
export class JournalWriter {
  #bytes: Buffer = Buffer.alloc(HEADER + 16 + 16 * BUCKETS);
  readonly #form: Form;
  readonly #data = new Map<string, { offset: number; chain: Chain }>();
  #entries = 0;

  constructor(form: Form) {
    this.#form = form;
    this.#bytes.write('LPKSHHRH', 'latin1');
    this.#bytes.writeUInt32LE((form.keyed ? 4 : 0) | (form.compact ? 16 : 0), 12);
    this.#bytes.writeUInt8(1, 16);
    randomBytes(16).copy(this.#bytes, 24);
    this.#put64(88, HEADER);
    this.#put64(104, HEADER + 16);
    this.#put64(112, 16 * BUCKETS);
    this.#object(HEADER, 4, 16 + 16 * BUCKETS);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** @param flags of data whose payload is compressed already, by its index */
  append({ realtimeMs, fields }: WrittenEntry, flags: Readonly<Record<number, number>> = {}): void {
    const items = fields.map((field, i) => this.#datum(field, flags[i] ?? 0));
    const width = this.#form.compact ? 4 : 16;
    const offset = this.#allocate(3, 64 + width * items.length);
    this.#entries += 1;
    this.#put64(offset + 16, this.#entries);
    this.#put64(offset + 24, Math.round(realtimeMs * 1e3));
    this.#put64(offset + 32, this.#entries);
    items.forEach(({ offset: item }, i) => {
      if (this.#form.compact) this.#bytes.writeUInt32LE(item, offset + 64 + 4 * i);
      else this.#put64(offset + 64 + 16 * i, item);
    });
    for (const datum of new Set(items)) {
      const { chain } = datum;
      if (chain.count === 0) chain.first = offset;
      else this.#link(chain, offset);
      chain.count += 1;
      this.#put64(datum.offset + 40, chain.first);
      this.#put64(datum.offset + 48, chain.head);
      this.#put64(datum.offset + 56, chain.count);
    }
  }

  #datum(field: Buffer, flags: number) {
    const key = field.toString('latin1');
    const known = this.#data.get(key);
    if (known !== undefined) return known;
    const head = this.#form.compact ? 72 : 64;
    const offset = this.#allocate(1, head + field.length);
    this.#bytes.writeUInt8(flags, offset + 1);
    field.copy(this.#bytes, offset + head);
    const hash = this.#form.keyed ? siphash24(field, this.#bytes.subarray(24, 40)) : jenkins64(field);
    this.#bytes.writeBigUInt64LE(hash, offset + 16);
    const bucket = HEADER + 16 + 16 * Number(hash % BigInt(BUCKETS));
    let at = bucket;
    for (let next = this.#get64(at); next !== 0; next = this.#get64(at)) at = next + 24;
    this.#put64(at, offset);
    const datum = { offset, chain: newChain() };
    this.#data.set(key, datum);
    return datum;
  }

  #link(chain: Chain, entry: number): void {
    const width = this.#form.compact ? 4 : 8;
    if (chain.used === chain.capacity) {
      chain.capacity = chain.capacity === 0 ? this.#form.firstArray : 2 * chain.capacity;
      chain.used = 0;
      const array = this.#allocate(6, 24 + width * chain.capacity);
      if (chain.head === 0) chain.head = array;
      else this.#put64(chain.tail + 16, array);
      chain.tail = array;
    }
    const at = chain.tail + 24 + width * chain.used;
    if (this.#form.compact) this.#bytes.writeUInt32LE(entry, at);
    else this.#put64(at, entry);
    chain.used += 1;
  }

  #allocate(type: number, bytes: number): number {
    const offset = this.#bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(align(bytes))]);
    this.#object(offset, type, bytes);
    return offset;
  }

  #object(offset: number, type: number, bytes: number): void {
    this.#bytes.writeUInt8(type, offset);
    this.#put64(offset + 8, bytes);
  }

  #put64(at: number, value: number): void {
    this.#bytes.writeBigUInt64LE(BigInt(value), at);
  }

  #get64(at: number): number {
    return Number(this.#bytes.readBigUInt64LE(at));
  }
}
