import { median } from '../../common/statistics.ts';
import { EXPECTED_EFFECTS } from '../../dataset/episodes/expected-effects.ts';
import type { Matrix } from '../../learning/base/matrix.ts';
import type { Event } from '../../learning/measures/held-out.ts';
import type { NodeInputs } from './inputs.ts';

/** Robust standard deviations from which on an attack is strong. */
const STRONG = 5;

/** How far a column lies from the usual in an event: the median over its scored rows, in robust standard deviations. */
function distanceIn({ values, columns }: Matrix, places: readonly number[], column: number): number {
  const distances = places
    .map((place) => Math.abs(Math.sinh(values[place * columns + column] as number)))
    .filter((distance) => !Number.isNaN(distance));
  return distances.length === 0 ? 0 : median(distances);
}

/** Whether an attack moves one of the columns that its scenario is expected to move so far that nobody should miss it. */
export function isStrong(event: Event, { rows, features }: NodeInputs, columns: readonly string[]): boolean {
  const expected = EXPECTED_EFFECTS.get(event.label) ?? [];
  const own = new Set(event.rows);
  const places = [...rows.keys()].filter((place) => own.has(rows[place] as number));
  // The first features are the columns as they are last seen.
  return expected.some(
    (name) => columns.includes(name) && distanceIn(features, places, columns.indexOf(name)) >= STRONG,
  );
}
