import type { Matrix } from '../base/matrix.ts';

/** How well a class is told from all others. */
export interface ClassScore {
  readonly rows: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** The class of a row's highest probability. */
function likeliest({ columns, values }: Matrix, row: number): number {
  let best = 0;
  for (let i = 1; i < columns; i++)
    if ((values[row * columns + i] as number) > (values[row * columns + best] as number)) best = i;
  return best;
}

/** Precision, recall and F1 of each class by its likeliest rows; 0 where there are none. */
export function classScores(probabilities: Matrix, classes: Uint16Array): ClassScore[] {
  const count = probabilities.columns;
  const confusion = new Uint32Array(count * count);
  classes.forEach((own, row) => {
    const at = own * count + likeliest(probabilities, row);
    confusion[at] = (confusion[at] as number) + 1;
  });
  const sum = (of: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => confusion[of(i)] as number).reduce((a, b) => a + b, 0);
  return Array.from({ length: count }, (_, own) => {
    const right = confusion[own * count + own] as number;
    const rows = sum((i) => own * count + i);
    const said = sum((i) => i * count + own);
    const precision = said === 0 ? 0 : right / said;
    const recall = rows === 0 ? 0 : right / rows;
    return { rows, precision, recall, f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
  });
}
