/** Somebody's scores for the rows of a dataset: `submit.csv`. */
import { BuilderError } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import { entityText } from '../../dataset/model/entity.ts';
import type { Series } from '../../learning/table/series.ts';
import { readKeyed } from './keyed-csv.ts';

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

export interface Submission {
  /** By series and row; NaN for a row without one. */
  readonly scores: readonly Float64Array[];
  readonly sha256: string;
  /** Whether the rows of validation have scores too. */
  readonly hasValidation: boolean;
}

/** How many rows of a part have no score, and the first of them. */
function missingIn(series: readonly Series[], scores: readonly Float64Array[], part: string) {
  let missing = 0;
  let rows = 0;
  let first: string | undefined;
  series.forEach(({ facts, timesMs, entity }, i) => {
    facts.forEach(({ split }, row) => {
      if (split !== part) return;
      rows++;
      if (!Number.isNaN((scores[i] as Float64Array)[row] as number)) return;
      missing++;
      first ??= `${entityText(entity)} at ${new Date(timesMs[row] as number).toISOString()}`;
    });
  });
  return { missing, rows, first };
}

/**
 * Reads scores: all rows of the part test have one; those of validation have one each, or none; those of other parts are of no matter.
 *
 * @param name how messages name the file
 * @throws {BuilderError} `data`, in one line
 */
export async function readSubmission(
  path: string,
  name: string,
  series: readonly Series[],
): Promise<Submission> {
  const scores = series.map(({ facts }) => new Float64Array(facts.length).fill(Number.NaN));
  const { sha256 } = await readKeyed(
    path,
    name,
    series,
    { required: ['score'] },
    ({ series: i, row, place, fields }) => {
      const text = fields['score'] ?? '';
      const score = NUMBER.test(text) ? Number(text) : Number.NaN;
      if (!Number.isFinite(score))
        throw new BuilderError(
          'data',
          `${place}: score ${JSON.stringify(excerpt(text))} is no finite number`,
        );
      (scores[i] as Float64Array)[row] = score;
    },
  );
  const test = missingIn(series, scores, 'test');
  if (test.rows === 0)
    throw new BuilderError(
      'data',
      `${name}: the dataset has no rows of the part test: there is nothing to judge`,
    );
  if (test.missing > 0)
    throw new BuilderError(
      'data',
      `${name}: ${test.missing} of ${test.rows} rows of test have no score, the first that of ${test.first}`,
    );
  const validation = missingIn(series, scores, 'validation');
  if (validation.missing > 0 && validation.missing < validation.rows)
    throw new BuilderError(
      'data',
      `${name}: ${validation.missing} of ${validation.rows} rows of validation have no score, the first that of ${validation.first}: score all of them, for the threshold, or none`,
    );
  return { scores, sha256, hasValidation: validation.rows > 0 && validation.missing === 0 };
}
