/** What the training rows say of a column; null where they have no value, or where the sums of them are beyond a double. */
export interface Statistics {
  readonly count: number;
  readonly nulls: number;
  readonly mean: number | null;
  /** Of the population: divided by the count. */
  readonly std: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Mean and variance in one pass (Welford), stable for large values that differ little. */
export class Moments {
  #count = 0;
  #nulls = 0;
  #mean = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /**
   * Takes the values one after the other.
   *
   * @param values NaN for null
   * @param counts 1 for the rows that count, else 0
   */
  add(values: Float64Array, counts: Uint8Array): void {
    let [count, nulls, mean, squares] = [this.#count, this.#nulls, this.#mean, this.#squares];
    let [min, max] = [this.#min, this.#max];
    for (let row = 0; row < values.length; row++) {
      if (counts[row] !== 1) continue;
      const value = values[row] as number;
      if (Number.isNaN(value)) {
        nulls++;
        continue;
      }
      count++;
      const off = value - mean;
      mean += off / count;
      squares += off * (value - mean);
      if (value < min) min = value;
      if (value > max) max = value;
    }
    [this.#count, this.#nulls, this.#mean, this.#squares] = [count, nulls, mean, squares];
    [this.#min, this.#max] = [min, max];
  }

  result(): Statistics {
    const empty = this.#count === 0;
    return {
      count: this.#count,
      nulls: this.#nulls,
      mean: empty ? null : finite(this.#mean),
      std: empty ? null : finite(Math.sqrt(this.#squares / this.#count)),
      min: empty ? null : this.#min,
      max: empty ? null : this.#max,
    };
  }
}
