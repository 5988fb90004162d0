const NS_PER_MS = 1_000_000;

/** What the clocks show at one moment. */
interface Reading {
  /** Unix milliseconds, whole ones. */
  readonly wallMs: number;
  /** CLOCK_MONOTONIC, in nanoseconds. */
  readonly monotonicNs: number;
}

/** More than a whole millisecond and what passes between two readings. */
const STEPPED_MS = 2;

/**
 * Wall-clock times of moments on the clock that the kernel stamps its records with (CLOCK_MONOTONIC).
 *
 * The distance of both clocks changes only where somebody sets the wall clock, or the machine sleeps. Node tells it once, to the microsecond; a
 * step shows in whole milliseconds, and then those have to do.
 */
export class WallTime {
  readonly #read: () => Reading;
  /** Wall clock less CLOCK_MONOTONIC, in nanoseconds: of whole milliseconds, and what is left. */
  #offsetMs: number;
  #offsetNs: number;

  /** @param exact the wall clock in milliseconds with fractions, as it is at the moment of `read` */
  constructor(read: () => Reading = now, exact = performance.timeOrigin + performance.now()) {
    this.#read = read;
    const { monotonicNs } = read();
    const wholeMs = Math.floor(monotonicNs / NS_PER_MS);
    const exactMs = Math.floor(exact);
    const ns = Math.round((exact - exactMs) * NS_PER_MS) - (monotonicNs - wholeMs * NS_PER_MS);
    this.#offsetMs = exactMs - wholeMs;
    this.#offsetNs = ns;
  }

  /** The moment as RFC 3339 in UTC with nine digits; without one it is now. */
  at(monotonicNs?: number): string {
    const reading = this.#read();
    this.#follow(reading);
    const ns = monotonicNs ?? reading.monotonicNs;
    const wholeMs = Math.floor(ns / NS_PER_MS);
    return rfc3339(wholeMs + this.#offsetMs, ns - wholeMs * NS_PER_MS + this.#offsetNs);
  }

  /** The same, worked out when it is asked for; without a moment it is when this is called. */
  moment(monotonicNs = this.#read().monotonicNs): () => string {
    return () => this.at(monotonicNs);
  }

  #follow({ wallMs, monotonicNs }: Reading): void {
    const expected = monotonicNs / NS_PER_MS + this.#offsetMs + this.#offsetNs / NS_PER_MS;
    const step = wallMs - Math.floor(expected);
    if (Math.abs(step) >= STEPPED_MS) this.#offsetMs += step;
  }
}

function now(): Reading {
  return { wallMs: Date.now(), monotonicNs: Number(process.hrtime.bigint()) };
}

/** A moment of Unix time as RFC 3339 with nine digits. */
export function rfc3339(ms: number, ns = 0): string {
  const carried = Math.floor(ns / NS_PER_MS);
  const rest = Math.floor(ns - carried * NS_PER_MS);
  const text = new Date(ms + carried).toISOString();
  return `${text.slice(0, -1)}${String(rest).padStart(6, '0')}Z`;
}

/** The same of nanoseconds, as stat(2) has them. */
export function rfc3339OfNs(ns: bigint): string {
  const ms = ns / BigInt(NS_PER_MS);
  return rfc3339(Number(ms), Number(ns - ms * BigInt(NS_PER_MS)));
}

const TEXT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)(?!\S)/;

/** The moment that a text begins with, such as a line of a log; undefined where it is none, or has no time zone. */
export function rfc3339Of(text: string): string | undefined {
  const [, seconds, fraction = '', zone = ''] = TEXT.exec(text) ?? [];
  const ms =
    seconds === undefined ? Number.NaN : Date.parse(`${seconds}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(ms)
    ? undefined
    : `${rfc3339(ms).slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}.${fraction.padEnd(9, '0')}Z`;
}
