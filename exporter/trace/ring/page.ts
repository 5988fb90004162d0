import { malformed } from '../../base/errors.ts';
import type { PageLayout } from './format.ts';

const TYPE_BITS = 5;
const TYPE_MASK = 31;
const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
/** Bits of a record's own time delta; an extension holds those above. */
const DELTA_SPAN = 2 ** 27;
const STAMP_SPAN = 2n ** 59n;

const COMMIT_MASK = 0x3fffffff;
const MISSED_STORED = 0x40000000;
const MISSED_EVENTS = 0x80000000;

/** What a page's header says of records that were overwritten before this page. */
export type Missed = number | 'unknown';

function word64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}

/**
 * Walks the data records of one ring-buffer page (sub-buffer), as read(2) of `trace_pipe_raw` returned it.
 *
 * A record is a 32-bit word, type in the low 5 bits and nanoseconds since the record before in the rest, then its data:
 * types 1 to 28 have 4 × type bytes, type 0 states its size, 29 is padding, 30 extends the time, 31 sets it.
 * After {@link next} returned true, `time`, `start` and `length` tell the record.
 *
 * @see kernel/trace/ring_buffer.c, include/linux/ring_buffer.h
 */
export class PageCursor {
  /** Nanoseconds on the trace clock; exact to 2 ns in the first 200 days of a boot. */
  time = 0;
  start = 0;
  length = 0;
  missed: Missed = 0;
  /** The page as it was read; overwritten by the next read. */
  readonly page: Buffer;
  /** Its numbers: a view's are read by the engine itself, which a buffer's become only once V8 has compiled them. */
  readonly view: DataView;
  readonly #layout: PageLayout;
  readonly #source: string;
  #base = 0;
  #elapsed = 0;
  #at = 0;
  #end = 0;

  constructor(layout: PageLayout, source: string) {
    this.#layout = layout;
    this.#source = source;
    this.page = Buffer.alloc(layout.pageBytes);
    this.view = new DataView(this.page.buffer, this.page.byteOffset, this.page.length);
  }

  /**
   * Begins with the page whose `bytes` are now in {@link page}.
   *
   * @throws {SourceError} `malformed` when the committed length does not fit
   */
  load(bytes: number): void {
    const { page, view } = this;
    const { commit, data, timestamp, longBytes } = this.#layout;
    this.#at = data;
    this.#end = data;
    const word = view.getUint32(commit, true);
    const end = data + (word & COMMIT_MASK);
    if (bytes < data || end > bytes || bytes > page.length) {
      throw this.#malformed(`a page with ${word & COMMIT_MASK} committed bytes`, bytes);
    }
    this.#end = end;
    this.#base = word64(view, timestamp);
    this.#elapsed = 0;
    this.missed = 0;
    if ((word & MISSED_EVENTS) !== 0) {
      const stored = (word & MISSED_STORED) !== 0 && end + longBytes <= bytes;
      if (!stored) this.missed = 'unknown';
      else this.missed = longBytes === 8 ? word64(view, end) : view.getUint32(end, true);
    }
  }

  /**
   * Goes to the next data record; false at the end of the page.
   *
   * @throws {SourceError} `malformed` when a record runs past what was committed; the rest of the page is dropped
   */
  next(): boolean {
    const { view } = this;
    while (this.#at + 4 <= this.#end) {
      const word = view.getUint32(this.#at, true);
      const type = word & TYPE_MASK;
      const delta = word >>> TYPE_BITS;
      this.#at += 4;
      if (type > 0 && type < PADDING) return this.#record(delta, this.#at, type * 4);
      if (type === PADDING && delta === 0) break; // the rest of the page is empty
      const extra = this.#word();
      if (type === 0) return this.#record(delta, this.#at, extra - 4);
      if (type === TIME_EXTEND) this.#elapsed += extra * DELTA_SPAN + delta;
      else if (type === TIME_STAMP) this.#stamp(extra, delta);
      else {
        this.#elapsed += delta; // a discarded record still carries its time
        this.#at += Math.max(0, extra - 4);
      }
    }
    this.#at = this.#end;
    return false;
  }

  #word(): number {
    if (this.#at + 4 > this.#end) throw this.#malformed('a record within the page', this.#at);
    const word = this.view.getUint32(this.#at, true);
    this.#at += 4;
    return word;
  }

  #record(delta: number, start: number, length: number): true {
    const end = start + length;
    if (length < 0 || end > this.#end) throw this.#malformed('a record within the page', start);
    this.#elapsed += delta;
    this.time = this.#base + this.#elapsed;
    this.start = start;
    this.length = length;
    this.#at = (end + 3) & ~3;
    return true;
  }

  /** An absolute time of 59 bits; the 5 above them are those of the page, unless the low ones have wrapped since. */
  #stamp(high: number, low: number): void {
    const base = this.view.getBigUint64(this.#layout.timestamp, true);
    let stamp = BigInt(high) * BigInt(DELTA_SPAN) + BigInt(low) + (base / STAMP_SPAN) * STAMP_SPAN;
    if (base >= STAMP_SPAN && stamp < base) stamp += STAMP_SPAN;
    this.#elapsed = Number(stamp - base);
  }

  #malformed(expected: string, at: number) {
    const from = Math.max(0, at - 8);
    this.#at = this.#end;
    return malformed(this.#source, expected, this.page.toString('hex', from, from + 32));
  }
}
