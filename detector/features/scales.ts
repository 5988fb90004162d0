/** What a usual distance from the usual is, by column: from the normal rows of all nodes together. */

/** Of normally distributed values: a standard deviation over the median absolute deviation. */
const PER_MAD = 1.4826;
/** And over the distance between the 5th and the 95th percentile. */
const PER_RANGE = 1 / 3.29;
/** Distances of one column that are looked at. */
const MOST = 200_000;

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

/** Distances of one column in normal rows, every so many once there are many. */
class Distances {
  #values: number[] = [];
  #stride = 1;
  #skipped = 0;
  /** The smallest that is not 0, of any row: of a column that never moves in normal ones, all that shows its grain. */
  #smallest = Number.POSITIVE_INFINITY;

  addAny(distance: number): void {
    if (distance !== 0) this.#smallest = Math.min(this.#smallest, Math.abs(distance));
  }

  add(distance: number): void {
    if (++this.#skipped < this.#stride) return;
    this.#skipped = 0;
    this.#values.push(distance);
    if (this.#values.length < MOST) return;
    this.#values = this.#values.filter((_, i) => i % 2 === 1);
    this.#stride *= 2;
  }

  /**
   * Robust where it can be. A column whose values mostly stay where they are has a median deviation of 0; then its range
   * counts, then its standard deviation, then its grain. Undefined when nothing ever moves.
   */
  scale(): number | undefined {
    const sizes = Float64Array.from(this.#values, Math.abs).sort();
    const sorted = Float64Array.from(this.#values).sort();
    if (sorted.length > 0) {
      const mad = quantile(sizes, 0.5) * PER_MAD;
      const range = (quantile(sorted, 0.95) - quantile(sorted, 0.05)) * PER_RANGE;
      if (mad > 0) return Math.max(mad, range);
      if (range > 0) return range;
      const squares = sizes.reduce((sum, size) => sum + size * size, 0) / sizes.length;
      if (squares > 0) return Math.sqrt(squares);
    }
    return Number.isFinite(this.#smallest) ? this.#smallest : undefined;
  }
}

/** Gathers residuals of rows, to tell a scale for each column. */
export class FleetScales {
  readonly #columns: readonly Distances[];

  constructor(columns: number) {
    this.#columns = Array.from({ length: columns }, () => new Distances());
  }

  /** @param residuals one per column, NaN for those that are not known */
  add(residuals: Float64Array, isNormal: boolean): void {
    this.#columns.forEach((column, i) => {
      const residual = residuals[i] as number;
      if (!Number.isFinite(residual)) return;
      column.addAny(residual);
      if (isNormal) column.add(residual);
    });
  }

  /** One per column, in its unit; undefined for a column that never moves. */
  scales(): (number | undefined)[] {
    return this.#columns.map((column) => column.scale());
  }
}
