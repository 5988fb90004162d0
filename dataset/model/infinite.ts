/** Infinities: what a series or a sum of series tells that no row can hold. They become null, and are counted. */
import { recordOf } from '../../common/records.ts';
import type { ManifestFile } from './manifest.ts';
import type { FeatureColumn, NodeRows } from './rows.ts';

/** How many by column, those without any left out. */
type Counts = Readonly<Record<string, number>>;

/** Makes infinities null, in place. @returns how many there were */
export function nullInfinities(values: Float64Array): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isFinite(value) || Number.isNaN(value)) continue;
    values[row] = Number.NaN;
    count++;
  }
  return count;
}

/** All in some rows and in those that stand in a file already; undefined when there are none. */
export function infiniteIn(
  columns: readonly FeatureColumn[],
  rows: readonly NodeRows[],
  before: readonly Pick<ManifestFile, 'infinite'>[],
): Counts | undefined {
  const counts = columns.map(({ column: { name } }, i) => {
    const own = rows.reduce((sum, { infinite }) => sum + (infinite?.[i] ?? 0), 0);
    return [name, before.reduce((sum, { infinite }) => sum + (infinite?.[name] ?? 0), own)] as const;
  });
  const found = counts.filter(([, count]) => count > 0);
  return found.length === 0 ? undefined : recordOf(found);
}

/** One warning per column. */
export function infiniteWarnings(
  columns: readonly { readonly name: string }[],
  files: readonly ManifestFile[],
): string[] {
  return columns.flatMap(({ name }) => {
    const count = files.reduce((sum, { infinite }) => sum + (infinite?.[name] ?? 0), 0);
    if (count === 0) return [];
    const values = count === 1 ? '1 value that was' : `${count} values that were`;
    return `column ${name}: ${values} infinite, or beyond a double when added up, ${count === 1 ? 'is' : 'are'} null`;
  });
}
