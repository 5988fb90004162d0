/** How well one feature alone tells the rows of an attack from those that are labelled normal. */
import { areaUnderCurve, folded } from '../../dataset/summary/auc.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { columnsOf, type Entity } from '../../exporter/catalogue/model/columns.ts';
import type { Row } from '../../test/scenarios/support/effects.ts';
import type { ClassSeparation } from './results.ts';

/** From here on a feature tells a class by itself. */
const PERFECT = 0.999;
const NORMAL = 'normal';

function numbers(rows: readonly Row[], column: string): Float64Array {
  const values = rows.map(({ values: own }) => own[column]);
  return Float64Array.from(values.filter((value) => typeof value === 'number' && !Number.isNaN(value)));
}

/**
 * The best feature of each class, and those that tell it by themselves.
 *
 * @param rows of a dataset; those without a label count for nothing
 * @param only the classes that these rows can be asked about
 */
export function separationsOf(
  rows: readonly Row[],
  entity: Entity,
  only: readonly string[],
): Map<string, ClassSeparation> {
  const features = columnsOf(METRICS, entity).map(({ column }) => column.name);
  const of = (label: string) => rows.filter(({ values }) => values['label'] === label);
  const normal = new Map(features.map((column) => [column, numbers(of(NORMAL), column)]));
  return new Map(
    only.flatMap((label): [string, ClassSeparation][] => {
      const own = of(label);
      const areas = features
        .map((column) => ({
          column,
          auc: areaUnderCurve(numbers(own, column), normal.get(column) as Float64Array),
        }))
        .flatMap(({ column, auc }) => (auc === null ? [] : [{ column, auc: folded(auc) }]))
        .sort((a, b) => b.auc - a.auc);
      const [best] = areas;
      if (best === undefined) return [];
      const perfect = areas.filter(({ auc }) => auc >= PERFECT).map(({ column }) => column);
      const rounded = { ...best, auc: Math.round(best.auc * 1000) / 1000 };
      return [[label, { entity, rows: own.length, best: rounded, perfect }]];
    }),
  );
}
