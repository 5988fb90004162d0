/** What models see of one node, row after row: from the node's own rows up to this one, and from nothing else. */
import { OwnPast } from './own-past.ts';
import { type FeaturePlan, featureCount, SUMMARIES } from './plan.ts';
import { Readiness } from './readiness.ts';

/** Sizes between which the formula of asinh is as exact, once rounded, as `Math.asinh`, and takes half the time. */
const LEAST_PLAIN = 0.25;
const MOST_PLAIN = 1e100;

/** Large distances shrink, so that 10⁶ times the usual is little more than 10⁵ times. To float32: with 0, which has no sign, for what is usual. */
function shrunk(residual: number, scale: number): number {
  if (residual === 0) return 0;
  const distance = residual / scale;
  const size = Math.abs(distance);
  if (!(size > LEAST_PLAIN && size < MOST_PLAIN)) return Math.fround(Math.asinh(distance)) + 0;
  const own = Math.log(size + Math.sqrt(size * size + 1));
  return Math.fround(distance < 0 ? -own : own);
}

/** What a row gives. */
export interface Inputs {
  /** As `featureNames` has them; NaN is missing. */
  readonly features: Float32Array;
  /** The window row by row, the oldest first: of each the columns, 0 where one is missing, and the share of missing ones. */
  readonly window: Float32Array;
}

/** Tells how far a value lies from where its column's usually do; see {@link OwnPast}. */
export type Past = Pick<OwnPast, 'residuals'>;

/** Room for one row at a time, of whichever node. */
let room = new Float64Array();

export class NodeFeatures {
  readonly #plan: FeaturePlan;
  readonly #makePast: () => Past;
  #past: Past;
  readonly #readiness: Readiness;
  /** The newest rows, as many as a window has: shrunken residuals, and the share of the columns that are missing as the last. */
  readonly #ring: Float32Array;
  /** Of the ring, by column: they mostly stay where they are, and it is looked through only when it has lost them. */
  readonly #lowest: Float32Array;
  readonly #highest: Float32Array;
  /** Where in the ring the newest row is. */
  #newest = 0;
  #missing = 0;

  /** @param makePast makes the past of a node that has none yet; its own by default */
  constructor(plan: FeaturePlan, makePast?: () => Past) {
    const { columns, stepMs, horizonMs, window } = plan;
    this.#plan = plan;
    this.#makePast = makePast ?? (() => new OwnPast(columns.length, stepMs, horizonMs));
    this.#past = this.#makePast();
    this.#readiness = new Readiness(plan);
    this.#ring = new Float32Array(window * (columns.length + 1));
    this.#lowest = new Float32Array(columns.length);
    this.#highest = new Float32Array(columns.length);
  }

  /**
   * Takes the next row of the node.
   *
   * @param values one per column; NaN or an infinity is missing
   * @returns undefined while the node's past is learned, or a window is not complete
   * @throws {RangeError} for a row that is not later than the last
   */
  next(timeMs: number, values: ArrayLike<number>): Inputs | undefined {
    return this.take(timeMs, values) ? this.newest() : undefined;
  }

  /** Share of the columns that the newest row did not have. */
  get missing(): number {
    return this.#missing;
  }

  /** The inputs of the newest row, which can be scored. */
  newest(): Inputs {
    const features = new Float32Array(featureCount(this.#plan.columns.length));
    const window = new Float32Array(this.#ring.length);
    this.writeFeatures(features, 0);
    this.writeWindow(window, 0);
    return { features, window };
  }

  /** As {@link next}, but only tells whether the row can be scored. */
  take(timeMs: number, values: ArrayLike<number>): boolean {
    const { isNewPast, isReady } = this.#readiness.next(timeMs);
    if (isNewPast) this.#past = this.#makePast();
    const { columns, scales, window } = this.#plan;
    const count = columns.length;
    this.#newest = (this.#newest + 1) % window;
    const from = this.#newest * (count + 1);
    const ring = this.#ring;
    const lowest = this.#lowest;
    const highest = this.#highest;
    if (room.length < count) room = new Float64Array(count);
    const row = room;
    // Loops that do little are faster than one that does everything.
    this.#past.residuals(values, row);
    for (let column = 0; column < count; column++)
      row[column] = shrunk(row[column] as number, scales[column] as number);
    let missing = 0;
    for (let column = 0; column < count; column++) {
      if (!Number.isFinite(values[column])) missing++;
      const own = row[column] as number;
      const lost = ring[from + column] as number;
      const low = lowest[column] as number;
      const high = highest[column] as number;
      ring[from + column] = own;
      if (own <= low) lowest[column] = own;
      else if (lost === low) this.#searchLowest(column);
      if (own >= high) highest[column] = own;
      else if (lost === high) this.#searchHighest(column);
    }
    this.#missing = missing / count;
    ring[from + count] = this.#missing;
    return isReady;
  }

  /** Looks for the lowest value of a window that has lost it; infinity where all are missing. */
  #searchLowest(column: number): void {
    let lowest = Number.POSITIVE_INFINITY;
    const width = this.#plan.columns.length + 1;
    for (let at = column; at < this.#ring.length; at += width) {
      const value = this.#ring[at] as number;
      if (value < lowest) lowest = value;
    }
    this.#lowest[column] = lowest;
  }

  #searchHighest(column: number): void {
    let highest = Number.NEGATIVE_INFINITY;
    const width = this.#plan.columns.length + 1;
    for (let at = column; at < this.#ring.length; at += width) {
      const value = this.#ring[at] as number;
      if (value > highest) highest = value;
    }
    this.#highest[column] = highest;
  }

  /** Writes its window into an array of many. */
  writeWindow(windows: Float32Array, from: number): void {
    const ring = this.#ring;
    const oldest = (this.#newest + 1) * (this.#plan.columns.length + 1);
    const split = ring.length - oldest;
    for (let i = 0; i < ring.length; i++) {
      const value = ring[i < split ? oldest + i : i - split] as number;
      windows[from + i] = Number.isNaN(value) ? 0 : value;
    }
  }

  /** Writes its features into an array of many rows'. */
  writeFeatures(features: Float32Array, from: number): void {
    const count = this.#plan.columns.length;
    const { window } = this.#plan;
    const width = count + 1;
    const ring = this.#ring;
    const last = this.#newest * width;
    const oldest = last + width === ring.length ? 0 : last + width;
    for (let column = 0; column < count; column++) {
      let sum = 0;
      let known = 0;
      let at = oldest + column;
      for (let i = 0; i < window; i++) {
        const value = ring[at] as number;
        if (!Number.isNaN(value)) {
          sum += value;
          known++;
        }
        at += width;
        if (at >= ring.length) at -= ring.length;
      }
      const isKnown = known > 0;
      const to = from + column;
      features[to] = ring[last + column] as number;
      features[to + count] = isKnown ? sum / known : Number.NaN;
      features[to + 2 * count] = isKnown ? (this.#lowest[column] as number) : Number.NaN;
      features[to + 3 * count] = isKnown ? (this.#highest[column] as number) : Number.NaN;
    }
    let missing = 0;
    let at = oldest + count;
    for (let i = 0; i < window; i++) {
      missing += ring[at] as number;
      at += width;
      if (at >= ring.length) at -= ring.length;
    }
    features[from + SUMMARIES.length * count] = ring[last + count] as number;
    features[from + SUMMARIES.length * count + 1] = missing / window;
  }
}
