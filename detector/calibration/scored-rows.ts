/** What rows come to, in one array: each step of a fleet has thousands of them, and an object for each would keep the garbage collector busy. */
import type { Part } from './parts.ts';

/** What one row comes to. */
export interface Scored {
  /** Above 1 is an alarm; 0 is as usual as can be. */
  readonly score: number;
  readonly pValues: Readonly<Partial<Record<Part, number>>>;
  /** By the model's classes, and `unknown` behind them. */
  readonly probabilities: readonly number[];
}

/** Of each row: its score, the p-value of each part that counts, the probability of each class and of `unknown`. */
export class ScoredRows {
  readonly rows: number;
  /** Those that count, in their order. */
  readonly parts: readonly Part[];
  /** Values of a row. */
  readonly width: number;
  readonly values: Float64Array;

  /** @param classes of the model */
  constructor(rows: number, parts: readonly Part[], classes: number) {
    this.rows = rows;
    this.parts = parts;
    this.width = 1 + parts.length + classes + 1;
    this.values = new Float64Array(rows * this.width);
  }

  /** One row of them alone, which does not keep the others in memory. */
  copyOf(row: number): ScoredRows {
    const own = new ScoredRows(1, this.parts, this.width - this.parts.length - 2);
    own.set(0, this, row);
    return own;
  }

  /** Takes a row of others, which have the same parts and classes. */
  set(row: number, { values }: ScoredRows, from: number): void {
    const { width } = this;
    for (let i = 0; i < width; i++) this.values[row * width + i] = values[from * width + i] as number;
  }

  score(row: number): number {
    return this.values[row * this.width] as number;
  }

  scores(): Float64Array {
    return Float64Array.from({ length: this.rows }, (_, row) => this.score(row));
  }

  /** 1 where the part does not count. */
  pValue(row: number, part: Part): number {
    const place = this.parts.indexOf(part);
    return place < 0 ? 1 : (this.values[row * this.width + 1 + place] as number);
  }

  at(row: number): Scored {
    const from = row * this.width;
    return {
      score: this.score(row),
      pValues: Object.fromEntries(this.parts.map((part, i) => [part, this.values[from + 1 + i] as number])),
      probabilities: Array.from(this.values.subarray(from + 1 + this.parts.length, from + this.width)),
    };
  }
}
