const MOST_SWEEPS = 60;
/** How small what is beside the diagonal must be, against the whole. */
const PRECISE = 1e-28;

/** Of a symmetric matrix: its eigenvalues in descending order, and the eigenvector of each. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** Turns two rows and columns so that what they have in common becomes 0. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q] as number;
  if (apq === 0) return;
  const theta = ((a[q * size + q] as number) - (a[p * size + p] as number)) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const turn = (values: Float64Array, one: number, other: number) => {
    const x = values[one] as number;
    const y = values[other] as number;
    values[one] = c * x - s * y;
    values[other] = s * x + c * y;
  };
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(vectors, p * size + k, q * size + k);
}

/**
 * Eigenvalues and eigenvectors by Jacobi's rotations.
 *
 * @param matrix symmetric, row by row
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const whole = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let beside = 0;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) beside += (a[p * size + q] as number) ** 2;
    if (beside <= PRECISE * whole) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (i, j) => (a[j * size + j] as number) - (a[i * size + i] as number),
  );
  return {
    values: Float64Array.from(order, (i) => a[i * size + i] as number),
    vectors: order.map((i) => vectors.slice(i * size, (i + 1) * size)),
  };
}
