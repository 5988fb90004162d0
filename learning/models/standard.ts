import type { Matrix } from '../base/matrix.ts';

/** What makes columns comparable: their means and standard deviations, without missing values. */
export interface Standard {
  readonly means: Float32Array;
  /** 1 for a column that never moves. */
  readonly deviations: Float32Array;
}

/** The standard of a matrix. */
export function standardOf({ rows, columns, values }: Matrix): Standard {
  const means = new Float32Array(columns);
  const deviations = new Float32Array(columns).fill(1);
  for (let column = 0; column < columns; column++) {
    let count = 0;
    let mean = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + column] as number;
      if (Number.isNaN(value)) continue;
      count++;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
    }
    means[column] = mean;
    if (squares > 0) deviations[column] = Math.sqrt(squares / count);
  }
  return { means, deviations };
}

/** Values in terms of a standard; missing ones lie at the mean. */
export function standardised({ rows, columns, values }: Matrix, { means, deviations }: Standard): Matrix {
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const column = i % columns;
    if (!Number.isNaN(value))
      result[i] = (value - (means[column] as number)) / (deviations[column] as number);
  }
  return { rows, columns, values: result };
}

/** One row in terms of a standard. */
export function standardisedRow(
  { columns, values }: Matrix,
  row: number,
  { means, deviations }: Standard,
): Float64Array {
  const result = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const value = values[row * columns + column] as number;
    if (!Number.isNaN(value))
      result[column] = (value - (means[column] as number)) / (deviations[column] as number);
  }
  return result;
}
