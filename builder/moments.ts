/** What the training rows say of a column; null where they have no value. */
export interface Statistics {
  readonly count: number;
  readonly nulls: number;
  readonly mean: number | null;
  /** Of the population: divided by the count. */
  readonly std: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Mean and variance in one pass (Welford), stable for large values that differ little. */
export class Moments {
  #count = 0;
  #nulls = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** @param value NaN for null */
  add(value: number): void {
    if (Number.isNaN(value)) {
      this.#nulls++;
      return;
    }
    this.#count++;
    const off = value - this.#mean;
    this.#mean += off / this.#count;
    this.#squares += off * (value - this.#mean);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  result(): Statistics {
    const empty = this.#count === 0;
    return {
      count: this.#count,
      nulls: this.#nulls,
      mean: empty ? null : this.#mean,
      std: empty ? null : Math.sqrt(this.#squares / this.#count),
      min: empty ? null : this.#min,
      max: empty ? null : this.#max,
    };
  }
}
