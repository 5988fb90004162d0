import fc from 'fast-check';
import type { Matrix } from '../../../learning/base/matrix.ts';

/** A matrix of these rows. */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, values: Float32Array.from(rows.flat()) };
}

/** Matrices of numbers as float32, some of them missing. */
export function matrices(columns: number, least: number, most: number): fc.Arbitrary<Matrix> {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.float({ min: -100, max: 100, noNaN: true }) },
    { weight: 2, arbitrary: fc.integer({ min: -2, max: 2 }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  );
  const row = fc.array(value, { minLength: columns, maxLength: columns });
  return fc.array(row, { minLength: least, maxLength: most }).map(matrixOf);
}
