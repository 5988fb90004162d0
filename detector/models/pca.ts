/** How far a row lies from the plane in which normal rows lie: the error when it is put together from principal components. */
import { emptyMatrix, type Matrix } from '../../learning/base/matrix.ts';
import { type Standard, standardised, standardOf } from '../../learning/models/standard.ts';
import { symmetricEigen } from './eigen.ts';

export interface Pca {
  /** Features that it looks at, by number. */
  readonly features: readonly number[];
  /** Of those. */
  readonly standard: Standard;
  /** Directions of unit length, each as long as the features. */
  readonly components: readonly Float32Array[];
}

/** Share of the normal rows' variance that lies in the plane. */
const EXPLAINED = 0.9;

/** Some columns of a matrix. */
function picked({ rows, columns, values }: Matrix, features: readonly number[]): Matrix {
  const result = emptyMatrix(rows, features.length);
  for (let row = 0; row < rows; row++)
    features.forEach((feature, i) => {
      result.values[row * features.length + i] = values[row * columns + feature] as number;
    });
  return result;
}

function covariance({ rows, columns, values }: Matrix): Float64Array {
  const sums = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const value = values[row * columns + i] as number;
      if (value === 0) continue;
      for (let j = i; j < columns; j++) {
        const at = i * columns + j;
        sums[at] = (sums[at] as number) + value * (values[row * columns + j] as number);
      }
    }
  }
  return sums.map((_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return (sums[Math.min(i, j) * columns + Math.max(i, j)] as number) / rows;
  });
}

/** Fits it to normal rows, of which there is at least one. */
export function fitPca(normal: Matrix, features: readonly number[]): Pca {
  const own = picked(normal, features);
  const standard = standardOf(own);
  const { values, vectors } = symmetricEigen(covariance(standardised(own, standard)), features.length);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let explained = 0;
  const components: Float32Array[] = [];
  for (const [i, value] of values.entries()) {
    const isEnough = explained >= EXPLAINED * total || components.length === features.length - 1;
    if (isEnough && components.length > 0) break;
    explained += value;
    components.push(Float32Array.from(vectors[i] as Float64Array));
  }
  return { features, standard, components };
}

/** For each row the mean square of what the components leave. */
export function pcaErrors({ features, standard, components }: Pca, inputs: Matrix): Matrix {
  const own = standardised(picked(inputs, features), standard);
  const errors = emptyMatrix(inputs.rows, 1);
  for (let row = 0; row < inputs.rows; row++) {
    const rest = Float64Array.from(own.values.subarray(row * own.columns, (row + 1) * own.columns));
    const whole = rest.slice();
    for (const component of components) {
      const along = component.reduce((sum, part, i) => sum + part * (whole[i] as number), 0);
      component.forEach((part, i) => {
        rest[i] = (rest[i] as number) - along * part;
      });
    }
    errors.values[row] = rest.reduce((sum, value) => sum + value * value, 0) / rest.length;
  }
  return errors;
}
