/**
 * Where a node's values usually lie, from its own past alone: the median of values spread over the last hour or so. An
 * attack of minutes hardly moves a median of an hour, and a new level is usual after half an hour.
 */

/** Values that are kept of each column. */
const KEPT = 32;
/** Before so many values nobody knows what is usual. */
const LEAST = 8;

/** Of each column: how many values are kept, where the next one goes, every how many values one is kept, and how many were passed over since. */
const COUNTERS = 4;
const COUNT = 0;
const NEXT = 1;
const STRIDE = 2;
const SKIPPED = 3;

/** Values that are left of a full ring, on their way to its beginning. */
const HALF = KEPT / 2;
const halved = new Float32Array(HALF);

/** Larger ones have no room among the counters. */
const MOST_STRIDE = 65_535;

/** The past of one node: of each column the kept values by age and their order by size, all columns in a few arrays, as a fleet has thousands of nodes. */
export class OwnPast {
  readonly #longestStride: number;
  /** Of each column the median of the kept values, which mostly stay for many rows; NaN while there are too few. */
  readonly #medians: Float64Array;
  /** A ring a column; once it is full, the oldest is at its NEXT. */
  readonly #values: Float32Array;
  /** Places in the column's ring, that of the smallest value first. */
  readonly #bySize: Uint8Array;
  /** Each value is kept at first, so that it soon knows something. */
  readonly #counters: Uint16Array;

  /** @param horizonMs how long the past is that counts */
  constructor(columns: number, stepMs: number, horizonMs: number) {
    this.#longestStride = Math.min(MOST_STRIDE, Math.max(1, Math.round(horizonMs / stepMs / KEPT)));
    this.#medians = new Float64Array(columns).fill(Number.NaN);
    this.#values = new Float32Array(columns * KEPT);
    this.#bySize = new Uint8Array(columns * KEPT);
    this.#counters = new Uint16Array(columns * COUNTERS);
    for (let column = 0; column < columns; column++) this.#counters[column * COUNTERS + STRIDE] = 1;
  }

  /**
   * How far a row's values lie from where their columns' usually do, in their units; NaN where that is not known or the value
   * is missing. Then the row is past.
   *
   * @param residuals takes them, one a column
   */
  residuals(values: ArrayLike<number>, residuals: Float64Array): void {
    const medians = this.#medians;
    const counters = this.#counters;
    for (let column = 0; column < medians.length; column++) {
      const value = values[column] as number;
      residuals[column] = Number.isFinite(value) ? value - (medians[column] as number) : Number.NaN;
    }
    for (let column = 0, own = 0; column < medians.length; column++, own += COUNTERS) {
      const value = values[column] as number;
      if (!Number.isFinite(value)) continue;
      const skipped = (counters[own + SKIPPED] as number) + 1;
      const isKept = skipped >= (counters[own + STRIDE] as number);
      counters[own + SKIPPED] = isKept ? 0 : skipped;
      if (isKept) this.#keep(column, value);
    }
  }

  /** Keeps a value, in the place of the oldest where there is no other. */
  #keep(column: number, value: number): void {
    const own = column * COUNTERS;
    const counters = this.#counters;
    if (counters[own + COUNT] === KEPT && (counters[own + STRIDE] as number) < this.#longestStride)
      this.#thin(column);
    const next = counters[own + NEXT] as number;
    if (counters[own + COUNT] === KEPT) this.#replace(column, next, value);
    else this.#insert(column, next, value);
    counters[own + NEXT] = (next + 1) % KEPT;
    this.#medians[column] = this.#median(column);
  }

  #median(column: number): number {
    const count = this.#counters[column * COUNTERS + COUNT] as number;
    if (count < LEAST) return Number.NaN;
    const from = column * KEPT;
    const upper = this.#values[from + (this.#bySize[from + (count >>> 1)] as number)] as number;
    const lower = this.#values[from + (this.#bySize[from + ((count - 1) >>> 1)] as number)] as number;
    return (upper + lower) / 2;
  }

  /** Keeps every second value: half as many over the same time, and from now on half as often. */
  #thin(column: number): void {
    const from = column * KEPT;
    const own = column * COUNTERS;
    const next = this.#counters[own + NEXT] as number;
    // By loops: `set` takes longer for so few.
    for (let i = 0; i < HALF; i++) halved[i] = this.#values[from + ((next + 2 * i + 1) % KEPT)] as number;
    for (let i = 0; i < HALF; i++) this.#values[from + i] = halved[i] as number;
    let to = from;
    for (let at = from; at < from + KEPT; at++) {
      // How much younger than the oldest: every second one stays.
      const age = ((this.#bySize[at] as number) - next - 1 + KEPT) % KEPT;
      if (age % 2 === 0) this.#bySize[to++] = age / 2;
    }
    this.#counters[own + COUNT] = HALF;
    this.#counters[own + NEXT] = HALF;
    this.#counters[own + STRIDE] = Math.min(
      2 * (this.#counters[own + STRIDE] as number),
      this.#longestStride,
    );
  }

  /** Puts a value into a place of the full ring, and the place to where it then belongs in the order by size. */
  #replace(column: number, place: number, value: number): void {
    const from = column * KEPT;
    const values = this.#values;
    const bySize = this.#bySize;
    let at = from;
    while (bySize[at] !== place) at++;
    values[from + place] = value;
    const own = values[from + place] as number;
    for (; at + 1 < from + KEPT; at++) {
      const above = bySize[at + 1] as number;
      if ((values[from + above] as number) >= own) break;
      bySize[at] = above;
    }
    for (; at > from; at--) {
      const below = bySize[at - 1] as number;
      if ((values[from + below] as number) <= own) break;
      bySize[at] = below;
    }
    bySize[at] = place;
  }

  /** Puts a value into a free place of the ring, and the place into the order by size. */
  #insert(column: number, place: number, value: number): void {
    const from = column * KEPT;
    const values = this.#values;
    const bySize = this.#bySize;
    const count = this.#counters[column * COUNTERS + COUNT] as number;
    values[from + place] = value;
    const own = values[from + place] as number;
    let at = from + count;
    for (; at > from; at--) {
      const below = bySize[at - 1] as number;
      if ((values[from + below] as number) <= own) break;
      bySize[at] = below;
    }
    bySize[at] = place;
    this.#counters[column * COUNTERS + COUNT] = count + 1;
  }
}
