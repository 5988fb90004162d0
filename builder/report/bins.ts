/** The time of a report, cut into equal bins of whole steps: a pixel or two each. */
const MOST_BINS = 360;

export class Bins {
  /** Beginning of the step of the first row. */
  readonly startMs: number;
  readonly binMs: number;
  readonly count: number;
  readonly stepsPerBin: number;
  /** Steps in all; the last bin may have fewer than the others. */
  readonly steps: number;
  readonly #firstMs: number;
  readonly #stepMs: number;

  /** @param firstMs time of the first row; a row covers the step before its time */
  constructor(firstMs: number, lastMs: number, stepMs: number) {
    this.#firstMs = firstMs;
    this.#stepMs = stepMs;
    this.steps = (lastMs - firstMs) / stepMs + 1;
    this.stepsPerBin = Math.ceil(this.steps / MOST_BINS);
    this.count = Math.ceil(this.steps / this.stepsPerBin);
    this.startMs = firstMs - stepMs;
    this.binMs = this.stepsPerBin * stepMs;
  }

  get endMs(): number {
    return this.startMs + this.count * this.binMs;
  }

  /** The bin of a row. */
  of(t: number): number {
    return Math.floor((t - this.#firstMs) / this.#stepMs / this.stepsPerBin);
  }

  /** Steps that a bin can have rows of. */
  stepsIn(bin: number): number {
    return Math.min(this.stepsPerBin, this.steps - bin * this.stepsPerBin);
  }

  /** Where a time lies between the beginning (0) and the end (1). */
  share(ms: number): number {
    return (ms - this.startMs) / (this.endMs - this.startMs);
  }
}

/** Equal neighbours as one: [value, first bin, bin after the last]. */
export function runsOf<T>(values: ArrayLike<T>): [T, number, number][] {
  const runs: [T, number, number][] = [];
  for (let i = 0; i < values.length; i++) {
    const last = runs.at(-1);
    const value = values[i] as T;
    if (last !== undefined && last[0] === value) last[2] = i + 1;
    else runs.push([value, i, i + 1]);
  }
  return runs;
}
