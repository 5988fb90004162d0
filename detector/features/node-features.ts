/** What models see of one node, row after row: from the node's own rows up to this one, and from nothing else. */
import { OwnPast } from './own-past.ts';
import { type FeaturePlan, MISSING_FEATURES, SUMMARIES } from './plan.ts';
import { Readiness } from './readiness.ts';

/** Large distances shrink, so that 10⁶ times the usual is little more than 10⁵ times. */
function shrunk(residual: number, scale: number): number {
  return Math.asinh(residual / scale);
}

/** What a row gives. */
export interface Inputs {
  /** As `featureNames` has them; NaN is missing. */
  readonly features: Float32Array;
  /** The window row by row, the oldest first: of each the columns, 0 where one is missing, and the share of missing ones. */
  readonly window: Float32Array;
}

/** Tells how far values lie from where they usually do; see {@link OwnPast}. */
export type Past = Pick<OwnPast, 'residuals'>;

export class NodeFeatures {
  readonly #plan: FeaturePlan;
  readonly #makePast: () => Past;
  #past: Past;
  readonly #readiness: Readiness;
  /** At most a window of them, the newest last, without a gap between. */
  #rows: Float32Array[] = [];

  /** @param makePast makes the past of a node that has none yet; its own by default */
  constructor(plan: FeaturePlan, makePast?: () => Past) {
    const { columns, stepMs, horizonMs } = plan;
    this.#plan = plan;
    this.#makePast = makePast ?? (() => new OwnPast(columns.length, stepMs, horizonMs));
    this.#past = this.#makePast();
    this.#readiness = new Readiness(plan);
  }

  /**
   * Takes the next row of the node.
   *
   * @param values one per column; NaN or an infinity is missing
   * @returns undefined while the node's past is learned, or a window is not complete
   * @throws {RangeError} for a row that is not later than the last
   */
  next(timeMs: number, values: ArrayLike<number>): Inputs | undefined {
    const { isNewPast, windowRows, isReady } = this.#readiness.next(timeMs);
    if (isNewPast) this.#past = this.#makePast();
    this.#rows.push(this.#channels(values));
    this.#rows.splice(0, this.#rows.length - windowRows);
    return isReady ? { features: this.#summaries(), window: this.#window() } : undefined;
  }

  /** Shrunken residuals, and the share of the columns that are missing as the last. */
  #channels(values: ArrayLike<number>): Float32Array {
    const { columns, scales } = this.#plan;
    const channels = new Float32Array(columns.length + 1);
    const residuals = this.#past.residuals(values);
    let missing = 0;
    residuals.forEach((residual, i) => {
      if (!Number.isFinite(values[i] as number)) missing++;
      channels[i] = shrunk(residual, scales[i] as number);
    });
    channels[columns.length] = missing / columns.length;
    return channels;
  }

  #summaries(): Float32Array {
    const count = this.#plan.columns.length;
    const features = new Float32Array(SUMMARIES.length * count + MISSING_FEATURES.length).fill(Number.NaN);
    const newest = this.#rows.at(-1) as Float32Array;
    for (let column = 0; column < count; column++) {
      let sum = 0;
      let known = 0;
      let lowest = Number.POSITIVE_INFINITY;
      let highest = Number.NEGATIVE_INFINITY;
      for (const row of this.#rows) {
        const value = row[column] as number;
        if (Number.isNaN(value)) continue;
        known++;
        sum += value;
        lowest = Math.min(lowest, value);
        highest = Math.max(highest, value);
      }
      if (known === 0) continue;
      features[column] = newest[column] as number;
      features[count + column] = sum / known;
      features[2 * count + column] = lowest;
      features[3 * count + column] = highest;
    }
    const missing = SUMMARIES.length * count;
    features[missing] = newest[count] as number;
    features[missing + 1] =
      this.#rows.reduce((sum, row) => sum + (row[count] as number), 0) / this.#rows.length;
    return features;
  }

  #window(): Float32Array {
    const window = new Float32Array(this.#rows.length * (this.#plan.columns.length + 1));
    this.#rows.forEach((row, at) => void window.set(row, at * row.length));
    return window.map((value) => (Number.isNaN(value) ? 0 : value));
  }
}
