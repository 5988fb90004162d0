/** How far a row lies from the plane in which normal rows lie: the error when it is put together from principal components. */
import { type Matrix, pickedColumns } from '../../learning/base/matrix.ts';
import { type Standard, standardised, standardOf } from '../../learning/models/standard.ts';
import { symmetricEigen } from './eigen.ts';

export interface Pca {
  readonly kind: 'pca';
  /** Features that it looks at, by number. */
  readonly features: readonly number[];
  /** Of those. */
  readonly standard: Standard;
  /** Directions of unit length, each as long as the features. */
  readonly components: readonly Float32Array[];
}

/** Share of the normal rows' variance that lies in the plane. */
const EXPLAINED = 0.9;

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
  const own = pickedColumns(normal, features);
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
  return { kind: 'pca', features, standard, components };
}

/** Directions of unit length at right angles to the components and to each other, as many as there are left; after Gram and Schmidt. */
function complementOf(components: readonly Float32Array[], size: number): Float64Array[] {
  const found = components.map((component) => Float64Array.from(component));
  for (let axis = 0; axis < size && found.length < size; axis++) {
    const own = new Float64Array(size);
    own[axis] = 1;
    // Twice, as the first time leaves what rounding makes.
    for (let pass = 0; pass < 2; pass++)
      for (const other of found) {
        let along = 0;
        for (let i = 0; i < size; i++) along += (own[i] as number) * (other[i] as number);
        for (let i = 0; i < size; i++) own[i] = (own[i] as number) - along * (other[i] as number);
      }
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    // Of an axis that nearly lies in what there is, little is left but rounding; so many others do not.
    if (length > LEAST_LEFT) found.push(own.map((value) => value / length));
  }
  return found.slice(components.length);
}

/** Length below which what is left of an axis is not trusted: of `size` axes some are above 1 / √size. */
const LEAST_LEFT = 1e-3;

/** Of the lengths of a row along directions, the sum of their squares. */
function squaredLengths(directions: Float64Array, row: Float64Array): number {
  const size = row.length;
  let sum = 0;
  let from = 0;
  // Four lengths at once do not wait for each other, which takes a third of the time; each is the same as alone.
  for (; from + 4 * size <= directions.length; from += 4 * size) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0, at = from; i < size; i++, at++) {
      const value = row[i] as number;
      a += (directions[at] as number) * value;
      b += (directions[at + size] as number) * value;
      c += (directions[at + 2 * size] as number) * value;
      d += (directions[at + 3 * size] as number) * value;
    }
    sum += a * a;
    sum += b * b;
    sum += c * c;
    sum += d * d;
  }
  for (; from < directions.length; from += size) {
    let along = 0;
    for (let i = 0; i < size; i++) along += (directions[from + i] as number) * (row[i] as number);
    sum += along * along;
  }
  return sum;
}

/**
 * Tells for each row the mean square of what the components leave: of its lengths along the directions that they leave out,
 * which are fewer than those that they take.
 */
export function pcaErrorsOf({ features, standard, components }: Pca): (inputs: Matrix) => Matrix {
  const size = features.length;
  const rest = complementOf(components, size);
  const directions = new Float64Array(rest.length * size);
  rest.forEach((direction, i) => void directions.set(direction, i * size));
  const places = Int32Array.from(features);
  const means = Float64Array.from(standard.means);
  const deviations = Float64Array.from(standard.deviations);
  const own = new Float64Array(size);
  return ({ rows, columns, values }) => {
    const errors = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < size; i++) {
        const value = values[row * columns + (places[i] as number)] as number;
        own[i] = Number.isNaN(value) ? 0 : (value - (means[i] as number)) / (deviations[i] as number);
      }
      errors[row] = squaredLengths(directions, own) / size;
    }
    return { rows, columns: 1, values: errors };
  };
}
