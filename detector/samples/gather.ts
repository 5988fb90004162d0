import { emptyMatrix, type Matrix } from '../../learning/base/matrix.ts';
import type { Series } from '../../learning/table/series.ts';
import { type Inputs, NodeFeatures, type Past } from '../features/node-features.ts';
import { type FeaturePlan, featureNames, windowShape } from '../features/plan.ts';
import type { Place } from './choose.ts';

/** The values of one row, column by column. */
export function valuesAt({ values }: Series, kept: readonly number[], row: number): Float64Array {
  return Float64Array.from(kept, (column) => values[column]?.[row] ?? Number.NaN);
}

/** What models see of some rows. */
export interface Gathered {
  readonly features: Matrix;
  readonly windows: Matrix;
}

/** Inputs of single rows put together. */
export function stacked(inputs: readonly Inputs[], plan: FeaturePlan): Gathered {
  const { rows, channels } = windowShape(plan);
  const features = emptyMatrix(inputs.length, featureNames(plan.columns).length);
  const windows = emptyMatrix(inputs.length, rows * channels);
  inputs.forEach((own, i) => {
    features.values.set(own.features, i * features.columns);
    windows.values.set(own.window, i * windows.columns);
  });
  return { features, windows };
}

/**
 * What models see of chosen rows, in their order.
 *
 * @param makePast where values usually lie, when that is not to be learned from each node's own past
 */
export function gather(
  series: readonly { readonly rows: Series; readonly kept: readonly number[] }[],
  plan: FeaturePlan,
  lists: readonly (readonly Place[])[],
  makePast?: () => Past,
): Gathered[] {
  const width = featureNames(plan.columns).length;
  const { rows: windowRows, channels } = windowShape(plan);
  const results = lists.map(({ length }) => ({
    features: emptyMatrix(length, width),
    windows: emptyMatrix(length, windowRows * channels),
  }));
  const next = lists.map(() => 0);
  series.forEach(({ rows, kept }, number) => {
    const node = new NodeFeatures(plan, makePast);
    rows.timesMs.forEach((timeMs, row) => {
      const inputs = node.next(timeMs, valuesAt(rows, kept, row));
      lists.forEach((places, list) => {
        const at = next[list] as number;
        const place = places[at];
        if (inputs === undefined || place?.series !== number || place.row !== row) return;
        const { features, windows } = results[list] as Gathered;
        features.values.set(inputs.features, at * features.columns);
        windows.values.set(inputs.window, at * windows.columns);
        next[list] = at + 1;
      });
    });
  });
  return results;
}
