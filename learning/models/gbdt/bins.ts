/**
 * Values as numbers of bins, which histograms count. Bin 0 is a missing value; the others are in the order of values.
 *
 * @see Ke et al., LightGBM, NIPS 2017; Chen and Guestrin, XGBoost, KDD 2016, section 3.4 for missing values
 */
import type { Matrix } from '../../base/matrix.ts';

/** With the one for missing values: a byte. */
export const BINS = 256;
export const MISSING = 0;
const MOST_VALUE_BINS = BINS - 1;
/** Everything that is there lies at or below it. */
export const HIGHEST = Math.fround(3.4028234e38);

/** Of one column, upper bounds of its bins but the last, ascending: bin b has values in (bounds[b - 2], bounds[b - 1]]. */
export type Bounds = Float32Array;

/** Something that lies between two values, or is the lower one where float32 has nothing between. */
function between(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle >= high ? low : middle;
}

/** Of sorted values, the last place of each distinct one. */
function lastPlaces(sorted: Float32Array): Int32Array {
  const places = new Int32Array(sorted.length);
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (sorted[i] !== sorted[i + 1]) places[count++] = i;
  return places.subarray(0, count);
}

function boundsOf(sorted: Float32Array): Bounds {
  const places = lastPlaces(sorted);
  const perBin = sorted.length / MOST_VALUE_BINS;
  const takesAll = places.length <= MOST_VALUE_BINS;
  const bounds: number[] = [];
  let from = 0;
  for (let i = 0; i + 1 < places.length && bounds.length < MOST_VALUE_BINS - 1; i++) {
    const place = places[i] as number;
    if (!takesAll && place + 1 - from < perBin) continue;
    from = place + 1;
    bounds.push(between(sorted[place] as number, sorted[place + 1] as number));
  }
  return Float32Array.from(bounds);
}

/** Bounds of each column's bins: each value its own while there are at most 255, else about as many rows in each. */
export function binBounds({ rows, columns, values }: Matrix): Bounds[] {
  return Array.from({ length: columns }, (_, column) => {
    const known = new Float32Array(rows);
    let count = 0;
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + column] as number;
      if (!Number.isNaN(value)) known[count++] = value;
    }
    return boundsOf(known.subarray(0, count).sort());
  });
}

function binOf(value: number, bounds: Bounds): number {
  if (Number.isNaN(value)) return MISSING;
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (bounds[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

/** The bins of a matrix, column after column: `bins[column * rows + row]`. */
export function binned({ rows, columns, values }: Matrix, bounds: readonly Bounds[]): Uint8Array {
  const bins = new Uint8Array(rows * columns);
  for (let column = 0; column < columns; column++) {
    const own = bounds[column] as Bounds;
    for (let row = 0; row < rows; row++)
      bins[column * rows + row] = binOf(values[row * columns + column] as number, own);
  }
  return bins;
}
