import type { Matrix } from '../base/matrix.ts';

/** Rows to learn from, or to stop by. */
export interface Examples {
  readonly inputs: Matrix;
  /** Number of each row's class. */
  readonly classes: Uint16Array;
}

/** How much the rows of a class count: as much as those of any other class, but no row more than so often. */
const HEAVIEST = 20;

/**
 * A weight for each class, 1 on average over the rows.
 *
 * @param count of classes, each of which has rows
 */
export function classWeights(classes: Uint16Array, count: number): Float64Array {
  const rows = new Float64Array(count);
  for (const one of classes) rows[one] = (rows[one] as number) + 1;
  const most = Math.max(...rows);
  const weights = rows.map((own) => (own === 0 ? 0 : Math.min(HEAVIEST, most / own)));
  let sum = 0;
  for (const one of classes) sum += weights[one] as number;
  return weights.map((weight) => (weight * classes.length) / sum);
}
