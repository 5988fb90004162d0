import type { Matrix } from '../../learning/base/matrix.ts';
import type { HeldOutSeries } from '../../learning/measures/held-out.ts';
import { NORMAL } from '../../learning/table/series.ts';
import { classScores } from '../training/f1.ts';
import type { NodeInputs } from './inputs.ts';
import type { Method } from './methods.ts';
import type { ClassResult } from './result.ts';

/** Rows whose class is known to the model, by node: places among the scored rows, and their classes. */
export interface Answers {
  readonly rows: readonly number[];
  readonly classes: Uint16Array;
}

/** The right answers for a node's scored rows. Attacks that the model does not know have none: see the classes that are left out. */
export function answersOf(
  { rows: series, kinds }: HeldOutSeries,
  { rows }: NodeInputs,
  classes: readonly string[],
): Answers {
  const known = rows.flatMap((row, i) => {
    const { label } = series.facts[row] ?? {};
    const number = kinds[row] === 'other' || label === null ? -1 : classes.indexOf(label ?? NORMAL);
    return number < 0 ? [] : [{ i, number }];
  });
  return { rows: known.map(({ i }) => i), classes: Uint16Array.from(known, ({ number }) => number) };
}

/** All nodes' answers with what was said of the same rows. */
function together(probabilities: readonly Matrix[], answers: readonly Answers[]): [Matrix, Uint16Array] {
  const columns = probabilities[0]?.columns ?? 0;
  const rows = answers.reduce((sum, own) => sum + own.rows.length, 0);
  const values = new Float32Array(rows * columns);
  const classes = new Uint16Array(rows);
  let next = 0;
  answers.forEach((own, node) => {
    const { values: said } = probabilities[node] as Matrix;
    own.rows.forEach((row, i) => {
      values.set(said.subarray(row * columns, (row + 1) * columns), next * columns);
      classes[next++] = own.classes[i] as number;
    });
  });
  return [{ rows, columns, values }, classes];
}

/** Precision, recall and F1 by class, and the mean of F1 over the classes that have rows. */
export function classResult(
  { name, probabilities }: Pick<Method, 'name' | 'probabilities'>,
  answers: readonly Answers[],
  classes: readonly string[],
): ClassResult | undefined {
  if (probabilities === undefined) return undefined;
  const scores = classScores(...together(probabilities, answers));
  const there = scores.filter(({ rows }) => rows > 0);
  return {
    name,
    macroF1: there.length === 0 ? null : there.reduce((sum, { f1 }) => sum + f1, 0) / there.length,
    byClass: Object.fromEntries(
      scores.flatMap((own, i) => (own.rows > 0 ? [[classes[i] as string, own]] : [])),
    ),
  };
}

/** Macro F1 of a classifier; 0 when no row has an answer. */
export function macroF1(
  probabilities: readonly Matrix[],
  answers: readonly Answers[],
  classes: readonly string[],
): number {
  return classResult({ name: '', probabilities }, answers, classes)?.macroF1 ?? 0;
}
