/** The newest rows of a node, for people who look at an alarm: values, scores, and times, in a few arrays. */

const ROWS = 32;

export interface PastRow {
  readonly timeMs: number;
  /** NaN where there is none. */
  readonly score: number;
  /** In the order of the model's columns. */
  readonly values: Float32Array;
}

export class History {
  readonly #columns: number;
  readonly #times = new Float64Array(ROWS);
  readonly #scores = new Float32Array(ROWS);
  readonly #values: Float32Array;
  #count = 0;

  constructor(columns: number) {
    this.#columns = columns;
    this.#values = new Float32Array(ROWS * columns);
  }

  add(timeMs: number, values: ArrayLike<number>): void {
    const at = this.#count++ % ROWS;
    this.#times[at] = timeMs;
    this.#scores[at] = Number.NaN;
    // Faster than `set`, which converts such short lists one value at a time.
    for (let i = 0; i < this.#columns; i++) this.#values[at * this.#columns + i] = values[i] as number;
  }

  /** Of the newest row. */
  setScore(score: number): void {
    this.#scores[(this.#count - 1) % ROWS] = score;
  }

  /** The oldest first. */
  rows(): PastRow[] {
    const there = Math.min(this.#count, ROWS);
    return Array.from({ length: there }, (_, i) => {
      const at = (this.#count - there + i) % ROWS;
      return {
        timeMs: this.#times[at] as number,
        score: this.#scores[at] as number,
        values: this.#values.slice(at * this.#columns, (at + 1) * this.#columns),
      };
    });
  }
}
