/** Numbers row by row; NaN is missing. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `values[row * columns + column]` */
  readonly values: Float32Array;
}

/** A matrix of zeros. */
export function emptyMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float32Array(rows * columns) };
}

/** Some rows of it, as a view: at most so many from a row on. */
export function rowsFrom({ rows, columns, values }: Matrix, from: number, most: number): Matrix {
  const count = Math.min(most, rows - from);
  return { rows: count, columns, values: values.subarray(from * columns, (from + count) * columns) };
}

/** Some of its rows, by number. */
export function pickedRows(matrix: Matrix, rows: readonly number[]): Matrix {
  const result = emptyMatrix(rows.length, matrix.columns);
  rows.forEach((row, i) => void result.values.set(rowOf(matrix, row), i * matrix.columns));
  return result;
}

/** Some of its columns. */
export function pickedColumns({ rows, columns, values }: Matrix, picked: readonly number[]): Matrix {
  const result = emptyMatrix(rows, picked.length);
  for (let row = 0; row < rows; row++)
    picked.forEach((column, i) => {
      result.values[row * picked.length + i] = values[row * columns + column] as number;
    });
  return result;
}

/** One row, as a view. */
export function rowOf({ columns, values }: Matrix, row: number): Float32Array {
  return values.subarray(row * columns, (row + 1) * columns);
}

/** The place of the largest value; of equal ones the first. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
