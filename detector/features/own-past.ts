/**
 * Where a node's values usually lie, from its own past alone: the median of values spread over the last hour or so. An
 * attack of minutes hardly moves a median of an hour, and a new level is usual after half an hour.
 */

/** Values that are kept of each column. */
const KEPT = 32;
/** Before so many values nobody knows what is usual. */
const LEAST = 8;

/** The past of one node: of each column the kept values by age and by size, all columns in a few arrays, as a fleet has thousands of nodes. */
export class OwnPast {
  readonly #columns: number;
  readonly #longestStride: number;
  /** A ring a column; once it is full, the oldest is at `#next`. */
  readonly #byAge: Float32Array;
  readonly #bySize: Float32Array;
  readonly #count: Uint8Array;
  readonly #next: Uint8Array;
  /** Every how many values one is kept: each at first, so that it soon knows something. */
  readonly #stride: Uint32Array;
  readonly #skipped: Uint32Array;

  /** @param horizonMs how long the past is that counts */
  constructor(columns: number, stepMs: number, horizonMs: number) {
    this.#columns = columns;
    this.#longestStride = Math.max(1, Math.round(horizonMs / stepMs / KEPT));
    this.#byAge = new Float32Array(columns * KEPT);
    this.#bySize = new Float32Array(columns * KEPT);
    this.#count = new Uint8Array(columns);
    this.#next = new Uint8Array(columns);
    this.#stride = new Uint32Array(columns).fill(1);
    this.#skipped = new Uint32Array(columns);
  }

  /**
   * How far a row's values lie from where they usually do, in each column's unit; NaN where that is not known or the
   * value is missing. Then the row is past.
   */
  residuals(values: ArrayLike<number>): Float64Array {
    const residuals = new Float64Array(this.#columns).fill(Number.NaN);
    for (let column = 0; column < this.#columns; column++) {
      const value = values[column] as number;
      if (!Number.isFinite(value)) continue;
      residuals[column] = value - this.#median(column);
      this.#add(column, value);
    }
    return residuals;
  }

  /** NaN while there are too few values. */
  #median(column: number): number {
    const count = this.#count[column] as number;
    if (count < LEAST) return Number.NaN;
    const from = column * KEPT;
    const upper = this.#bySize[from + (count >>> 1)] as number;
    const lower = this.#bySize[from + ((count - 1) >>> 1)] as number;
    return (upper + lower) / 2;
  }

  #add(column: number, value: number): void {
    const skipped = (this.#skipped[column] as number) + 1;
    this.#skipped[column] = skipped;
    const stride = this.#stride[column] as number;
    if (skipped < stride) return;
    this.#skipped[column] = 0;
    if (this.#count[column] === KEPT && stride < this.#longestStride) this.#thin(column);
    const at = column * KEPT + (this.#next[column] as number);
    if (this.#count[column] === KEPT) this.#remove(column, this.#byAge[at] as number);
    this.#byAge[at] = value;
    this.#insert(column, this.#byAge[at] as number);
    this.#next[column] = ((this.#next[column] as number) + 1) % KEPT;
  }

  /** Keeps every second value: half as many over the same time, and from now on half as often. */
  #thin(column: number): void {
    const from = column * KEPT;
    const next = this.#next[column] as number;
    const kept = Float32Array.from(
      { length: KEPT / 2 },
      (_, i) => this.#byAge[from + ((next + 2 * i + 1) % KEPT)] as number,
    );
    this.#byAge.set(kept, from);
    this.#bySize.set(kept.sort(), from);
    this.#count[column] = KEPT / 2;
    this.#next[column] = KEPT / 2;
    this.#stride[column] = Math.min(2 * (this.#stride[column] as number), this.#longestStride);
  }

  /** Where in the column's sizes a value is, or would be. */
  #placeOf(column: number, value: number): number {
    const from = column * KEPT;
    let low = from;
    let high = from + (this.#count[column] as number);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#bySize[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(column: number, value: number): void {
    const at = this.#placeOf(column, value);
    const count = this.#count[column] as number;
    this.#bySize.copyWithin(at, at + 1, column * KEPT + count);
    this.#count[column] = count - 1;
  }

  #insert(column: number, value: number): void {
    const at = this.#placeOf(column, value);
    const count = this.#count[column] as number;
    this.#bySize.copyWithin(at + 1, at, column * KEPT + count);
    this.#bySize[at] = value;
    this.#count[column] = count + 1;
  }
}
