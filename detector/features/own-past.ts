/**
 * Where a node's values usually lie, from its own past alone: the median of values spread over the last hour or so. An
 * attack of minutes hardly moves a median of an hour, and a new level is usual after half an hour.
 */

/** Values that are kept of each column. */
const KEPT = 32;
/** Before so many values nobody knows what is usual. */
const LEAST = 8;

/** Of one column: the kept values by age and by size. */
class Median {
  /** A ring; once it is full, the oldest is at `#next`. */
  readonly #byAge = new Float32Array(KEPT);
  readonly #bySize = new Float32Array(KEPT);
  #count = 0;
  #next = 0;
  /** Every how many values one is kept: each at first, so that it soon knows something. */
  #stride = 1;
  #skipped = 0;

  add(value: number, longestStride: number): void {
    if (++this.#skipped < this.#stride) return;
    this.#skipped = 0;
    if (this.#count === KEPT && this.#stride < longestStride) this.#thin(longestStride);
    if (this.#count === KEPT) this.#remove(this.#byAge[this.#next] as number);
    const kept = Math.fround(value);
    this.#byAge[this.#next] = kept;
    this.#next = (this.#next + 1) % KEPT;
    this.#insert(kept);
  }

  /** Keeps every second value: half as many over the same time, and from now on half as often. */
  #thin(longestStride: number): void {
    const kept = Array.from(
      { length: KEPT / 2 },
      (_, i) => this.#byAge[(this.#next + 2 * i + 1) % KEPT] as number,
    );
    this.#byAge.set(kept);
    this.#bySize.set(kept.toSorted((a, b) => a - b));
    this.#count = KEPT / 2;
    this.#next = KEPT / 2;
    this.#stride = Math.min(2 * this.#stride, longestStride);
  }

  #placeOf(value: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#bySize[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(value: number): void {
    const at = this.#placeOf(value);
    this.#bySize.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }

  #insert(value: number): void {
    const at = this.#placeOf(value);
    this.#bySize.copyWithin(at + 1, at, this.#count);
    this.#bySize[at] = value;
    this.#count++;
  }

  /** NaN while there are too few values. */
  get value(): number {
    if (this.#count < LEAST) return Number.NaN;
    const upper = this.#bySize[this.#count >>> 1] as number;
    const lower = this.#bySize[(this.#count - 1) >>> 1] as number;
    return (upper + lower) / 2;
  }
}

/** The past of one node. */
export class OwnPast {
  readonly #columns: readonly Median[];
  readonly #longestStride: number;

  /** @param horizonMs how long the past is that counts */
  constructor(columns: number, stepMs: number, horizonMs: number) {
    this.#columns = Array.from({ length: columns }, () => new Median());
    this.#longestStride = Math.max(1, Math.round(horizonMs / stepMs / KEPT));
  }

  /**
   * How far a row's values lie from where they usually do, in each column's unit; NaN where that is not known or the
   * value is missing. Then the row is past.
   */
  residuals(values: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.#columns, (column, i) => {
      const value = values[i] as number;
      if (!Number.isFinite(value)) return Number.NaN;
      const residual = value - column.value;
      column.add(value, this.#longestStride);
      return residual;
    });
  }
}
