import type { Row } from './datasets.ts';

/** A check's word on a server. */
export const RIGHT = 'right';

const keyOf = ({ timestamp, node }: Row) => `${timestamp} ${node}`;

function isSame(a: string, b: string, tolerance: number): boolean {
  if (a === b) return true;
  if (a === '' || b === '') return false;
  return Math.abs(Number(a) - Number(b)) <= tolerance * Math.max(Math.abs(Number(a)), Math.abs(Number(b)));
}

/**
 * Compares rows cell by cell.
 *
 * @param tolerance relative, for a server that does not keep all digits
 * @returns `right`, or what is not
 */
export function compare(
  expected: readonly Row[],
  found: readonly Row[],
  columns: readonly string[],
  tolerance = 0,
): string {
  const rows = new Map(found.map((row) => [keyOf(row), row]));
  const missing = expected.filter((row) => !rows.has(keyOf(row)));
  if (expected.length === 0 || missing.length > 0 || found.length !== expected.length)
    return `${expected.length} rows expected, ${found.length} found, ${missing.length} missing`;
  const different = expected.flatMap((row) => {
    const other = rows.get(keyOf(row)) ?? {};
    return columns.flatMap((column) => {
      const [wanted = '', got = ''] = [row[column], other[column]];
      return isSame(wanted, got, tolerance)
        ? []
        : [`${column} at ${keyOf(row)}: ${got || 'null'} for ${wanted || 'null'}`];
    });
  });
  return different.length === 0
    ? RIGHT
    : `${different.length} of ${expected.length * columns.length} cells differ (${different[0]})`;
}

/** Whether an exporter's absence is seen, and no rate is below zero. */
export function plausible(rows: readonly Row[], column: string, away: string): string {
  const below = rows.find((row) => Number(row[column]) < 0);
  if (below !== undefined) return `${column} is ${below[column]} at ${keyOf(below)}`;
  const nulls = rows.filter((row) => row['node'] === away && row[column] === '');
  return nulls.length > 0 ? RIGHT : `${away} was away, and has a value in each row`;
}
