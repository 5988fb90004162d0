import { largest, type Matrix, rowOf } from '../../learning/base/matrix.ts';

/** How well a class is told from all others. */
export interface ClassScore {
  readonly rows: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Precision, recall and F1 of each class by its likeliest rows; 0 where there are none. */
export function classScores(probabilities: Matrix, classes: Uint16Array): ClassScore[] {
  const count = probabilities.columns;
  const confusion = new Uint32Array(count * count);
  classes.forEach((own, row) => {
    const at = own * count + largest(rowOf(probabilities, row));
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
