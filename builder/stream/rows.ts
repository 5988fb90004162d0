import { formatTime } from '../../common/times.ts';
import { type Table, valuesOf } from '../../dataset/model/table.ts';
import type { Row } from './records.ts';

/** The rows of a table as objects, in their order. */
export function rowsOf({ rows, columns }: Table): Row[] {
  const cells = columns.map((column) => ({
    name: column.name,
    values: column.type === 'timestamp' ? Array.from(column.values, formatTime) : valuesOf(column),
  }));
  return Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(cells.map(({ name, values }) => [name, values[i] ?? null])),
  );
}
