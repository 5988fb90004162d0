/** What tells that something is unusual: four parts, each with a score of its own, larger for what is more unusual. */
import { METRICS } from '../../exporter/catalogue/index.ts';
import type { Matrix } from '../../learning/base/matrix.ts';
import type { Column } from '../../learning/table/series.ts';
import { featureNames } from '../features/plan.ts';

export const PARTS = ['classifier', 'novelty', 'rules', 'missing'] as const;
export type Part = (typeof PARTS)[number];

/** Metrics that count what a rule matched. */
const RULE_METRICS: ReadonlySet<string> = new Set(
  METRICS.filter(({ labels }) => 'rule' in labels).map(({ name }) => name),
);

/** Columns that count events of rules. */
export function ruleColumns(columns: readonly Column[]): string[] {
  return columns.flatMap(({ name, metric }) =>
    metric !== undefined && RULE_METRICS.has(metric) ? [name] : [],
  );
}

/** What a row's models and features say, by part. */
export type PartScores = Readonly<Record<Part, Float32Array>>;

/** The probability of anything but normal, which is the first class, for each row. */
export function notNormal({ rows, columns, values }: Matrix): Float32Array {
  const result = new Float32Array(rows);
  for (let row = 0; row < rows; row++) result[row] = 1 - (values[row * columns] as number);
  return result;
}

/** One column of a matrix. */
function columnOf({ rows, columns, values }: Matrix, column: number): Float32Array {
  const result = new Float32Array(rows);
  for (let row = 0; row < rows; row++) result[row] = values[row * columns + column] as number;
  return result;
}

/**
 * The scores of some rows.
 *
 * classifier: the probability of anything but normal; novelty: the error of the reconstruction; rules: how far the
 * most unusual column of rule events rose in the window, 0 when none did; missing: the share of the window that is
 * missing.
 *
 * @param probabilities of which the first column is normal
 * @param columns of the features' plan
 * @param rules those of them that count events of rules
 */
export function partScores(
  features: Matrix,
  probabilities: Matrix,
  novelty: Matrix,
  columns: readonly string[],
  rules: readonly string[],
): PartScores {
  const names = featureNames(columns);
  const missing = names.indexOf('missing:mean');
  const highest = rules.map((name) => names.indexOf(`${name}:max`));
  const risen = new Float32Array(features.rows);
  for (const column of highest)
    columnOf(features, column).forEach((value, row) => {
      if (value > (risen[row] as number)) risen[row] = value;
    });
  return {
    classifier: notNormal(probabilities),
    novelty: columnOf(novelty, 0),
    rules: risen,
    missing: columnOf(features, missing),
  };
}
