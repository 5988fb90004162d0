import type { Matrix } from '../../learning/base/matrix.ts';
import type { HeldOutSeries } from '../../learning/measures/held-out.ts';
import { type Inputs, NodeFeatures, type Past } from '../features/node-features.ts';
import type { FeaturePlan } from '../features/plan.ts';
import { stacked, valuesAt } from '../samples/gather.ts';

/** What models see of those held-out rows of a node that can be scored. */
export interface NodeInputs {
  /** Rows of the whole series. */
  readonly length: number;
  /** Which of them these are. */
  readonly rows: readonly number[];
  readonly features: Matrix;
  readonly windows: Matrix;
}

/** How values are read, where not as they are. */
export interface Reading {
  /** Rows of which nothing arrived. */
  readonly isLost?: (row: number) => boolean;
  readonly makePast?: () => Past;
}

/**
 * The inputs of a node's held-out rows; the rows before them are its past.
 *
 * @param kept places of the plan's columns in the series
 */
export function inputsOf(
  { rows: series, kinds }: HeldOutSeries,
  kept: readonly number[],
  plan: FeaturePlan,
  { isLost = () => false, makePast }: Reading = {},
): NodeInputs {
  const node = new NodeFeatures(plan, makePast);
  const rows: number[] = [];
  const found: Inputs[] = [];
  const nothing = new Float64Array(kept.length).fill(Number.NaN);
  series.timesMs.forEach((timeMs, row) => {
    const inputs = node.next(timeMs, isLost(row) ? nothing : valuesAt(series, kept, row));
    if (inputs === undefined || kinds[row] === undefined) return;
    rows.push(row);
    found.push(inputs);
  });
  return { length: series.timesMs.length, rows, ...stacked(found, plan) };
}

/** Values of the scored rows at their places among all rows of the node; NaN elsewhere. */
export function spread({ length, rows }: NodeInputs, values: ArrayLike<number>): Float32Array {
  const result = new Float32Array(length).fill(Number.NaN);
  rows.forEach((row, i) => {
    result[row] = values[i] as number;
  });
  return result;
}
