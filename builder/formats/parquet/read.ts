import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import type { ColumnName, Table, TableColumn } from '../../table.ts';
import { textsOf } from '../../texts.ts';

/** A piece of a column as the library decodes it, from the row `start` of its row group on. */
interface Piece {
  readonly start: number;
  readonly values: ArrayLike<unknown>;
}

/** Puts the pieces of a column into their places. */
function place<T>(
  target: { [row: number]: T },
  pieces: readonly Piece[],
  decoded: (value: unknown) => T,
): void {
  for (const { start, values } of pieces) {
    for (let i = 0; i < values.length; i++) target[start + i] = decoded(values[i]);
  }
}

function columnOf({ name, type }: ColumnName, rows: number, pieces: readonly Piece[]): TableColumn {
  if (type === 'string') {
    const values = new Array<string | null>(rows).fill(null);
    place(values, pieces, (value) => (value as string | null) ?? null);
    return { name, type, ...textsOf(values) };
  }
  const values = new Float64Array(rows).fill(Number.NaN);
  if (type === 'timestamp') place(values, pieces, (value) => (value as Date).getTime());
  else place(values, pieces, (value) => (value as number | null) ?? Number.NaN);
  return { name, type, values };
}

/**
 * The rows of a file, a row group at a time.
 *
 * @throws {Error} when it is no Parquet, or its columns are others
 */
export async function* readParquet(path: string, columns: readonly ColumnName[]): AsyncGenerator<Table> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const names = metadata.schema.slice(1).map(({ name }) => name);
  if (names.join() !== columns.map(({ name }) => name).join()) throw new Error('the columns are others');
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const rowEnd = rowStart + rows;
    const first = rowStart;
    const pieces = new Map<string, Piece[]>(columns.map(({ name }) => [name, []]));
    await parquetRead({
      file,
      metadata,
      rowStart,
      rowEnd,
      onChunk: ({ columnName, columnData, rowStart: start }) => {
        pieces.get(columnName)?.push({ start: start - first, values: columnData });
      },
    });
    yield { rows, columns: columns.map((column) => columnOf(column, rows, pieces.get(column.name) ?? [])) };
    rowStart = rowEnd;
  }
}
