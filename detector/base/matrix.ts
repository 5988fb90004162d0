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

/** One row, as a view. */
export function rowOf({ columns, values }: Matrix, row: number): Float32Array {
  return values.subarray(row * columns, (row + 1) * columns);
}
