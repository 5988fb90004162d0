import { emptyMatrix, type Matrix } from '../../learning/base/matrix.ts';
import type { NodeFeatures } from '../features/node-features.ts';
import { type FeaturePlan, featureCount, windowShape } from '../features/plan.ts';
import type { Gathered } from './gather.ts';

/** Rows that there is room for at first. */
const FIRST_ROOM = 64;

/** One input of many rows, whose room grows. */
class Rows {
  readonly columns: number;
  values: Float32Array;

  constructor(columns: number) {
    this.columns = columns;
    this.values = new Float32Array(columns * FIRST_ROOM);
  }

  /** Makes room for one more; gives where it begins. */
  room(rows: number): number {
    const from = rows * this.columns;
    if (from < this.values.length) return from;
    const grown = new Float32Array(2 * this.values.length);
    grown.set(this.values);
    this.values = grown;
    return from;
  }

  matrix(rows: number): Matrix {
    return { rows, columns: this.columns, values: this.values.subarray(0, rows * this.columns) };
  }
}

/** Inputs of rows of many nodes, put together as they come; used again for every step, as those of 5,000 nodes take some megabytes. */
export class InputBatch {
  readonly #features: Rows;
  readonly #windows: Rows | undefined;
  #rows = 0;

  /** @param hasWindows whether anybody looks at windows; else they stay empty */
  constructor(plan: FeaturePlan, hasWindows: boolean) {
    const { rows, channels } = windowShape(plan);
    this.#features = new Rows(featureCount(plan.columns.length));
    this.#windows = hasWindows ? new Rows(rows * channels) : undefined;
  }

  /** Adds the newest row of a node, which can be scored. */
  add(node: NodeFeatures): void {
    const from = this.#features.room(this.#rows);
    node.writeFeatures(this.#features.values, from);
    const windows = this.#windows;
    if (windows !== undefined) {
      const at = windows.room(this.#rows);
      node.writeWindow(windows.values, at);
    }
    this.#rows++;
  }

  /** All rows, as views that hold until the next is added. */
  gathered(): Gathered {
    const windows = this.#windows?.matrix(this.#rows) ?? emptyMatrix(0, 0);
    return { features: this.#features.matrix(this.#rows), windows };
  }

  clear(): void {
    this.#rows = 0;
  }
}
