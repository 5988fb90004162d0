import { emptyMatrix, type Matrix } from '../base/matrix.ts';
import { NodeFeatures } from '../features/node-features.ts';
import { type FeaturePlan, featureNames } from '../features/plan.ts';
import type { Series } from '../table/series.ts';
import type { Place } from './choose.ts';

/** The values of one row, column by column. */
export function valuesAt({ values }: Series, kept: readonly number[], row: number): Float64Array {
  return Float64Array.from(kept, (column) => values[column]?.[row] ?? Number.NaN);
}

/** The features of chosen rows, in their order. */
export function gather(
  series: readonly { readonly rows: Series; readonly kept: readonly number[] }[],
  plan: FeaturePlan,
  lists: readonly (readonly Place[])[],
): Matrix[] {
  const width = featureNames(plan.columns).length;
  const results = lists.map((places) => emptyMatrix(places.length, width));
  const next = lists.map(() => 0);
  series.forEach(({ rows, kept }, number) => {
    const node = new NodeFeatures(plan);
    rows.timesMs.forEach((timeMs, row) => {
      const features = node.next(timeMs, valuesAt(rows, kept, row));
      lists.forEach((places, list) => {
        const at = next[list] as number;
        const place = places[at];
        if (features === undefined || place?.series !== number || place.row !== row) return;
        results[list]?.values.set(features, at * width);
        next[list] = at + 1;
      });
    });
  });
  return results;
}
