/** Parquet: Snappy, times as TIMESTAMP(MILLIS) in UTC, strings as UTF-8, every column but the first nullable. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type ColumnName, type ColumnType, type Table, type TableColumn, valuesOf } from '../table.ts';
import type { ColumnUnit, Format } from './format.ts';
import { OutputFile } from './output-file.ts';

/** Rows that are compressed together; readers skip whole groups by their statistics. */
const ROW_GROUP_ROWS = 65_536;

const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  timestamp: {
    type: 'INT64',
    repetition_type: 'REQUIRED',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  double: { type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  int32: { type: 'INT32', repetition_type: 'OPTIONAL' },
  string: {
    type: 'BYTE_ARRAY',
    repetition_type: 'OPTIONAL',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  },
};

function schemaOf(columns: readonly ColumnName[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type }) => ({ name, ...ELEMENTS[type] })),
  ];
}

function dataOf(column: TableColumn) {
  const data =
    column.type === 'timestamp' ? BigInt64Array.from(column.values, BigInt) : [...valuesOf(column)];
  return { name: column.name, data };
}

/** The rows of several tables under each other. */
function concatenate(tables: readonly Table[], columns: readonly ColumnName[]) {
  return columns.map(({ name }, i) => {
    const parts = tables.flatMap((table) => {
      const column = table.columns[i];
      return column === undefined ? [] : dataOf(column);
    });
    const [only] = parts;
    if (only !== undefined && parts.length === 1) return only;
    const isTime = parts[0]?.data instanceof BigInt64Array;
    const all = parts.flatMap(({ data }) => [...(data as Iterable<bigint | number | string | null>)]);
    return { name, data: isTime ? BigInt64Array.from(all as bigint[]) : all };
  });
}

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
  if (type === 'timestamp' || type === 'double') {
    const values = new Float64Array(rows).fill(Number.NaN);
    if (type === 'timestamp') place(values, pieces, (value) => (value as Date).getTime());
    else place(values, pieces, (value) => (value as number | null) ?? Number.NaN);
    return { name, type, values };
  }
  const values = new Array<null>(rows).fill(null);
  if (type === 'int32') {
    place<number | null>(values, pieces, (value) => (value as number | null) ?? null);
    return { name, type, values };
  }
  place<string | null>(values, pieces, (value) => (value as string | null) ?? null);
  return { name, type, values };
}

export const parquet: Format = {
  extension: 'parquet',

  open(path, columns: readonly ColumnUnit[]) {
    const file = new OutputFile(path);
    const writer = new ByteWriter();
    // What the library has written so far goes to the file after each row group; its offsets count on.
    const flush = () => {
      const bytes = new Uint8Array(writer.buffer, 0, writer.index).slice();
      writer.index = 0;
      file.append(bytes);
    };
    const units = Object.fromEntries(
      columns.flatMap(({ name, unit }) => (unit === undefined ? [] : [[name, unit]])),
    );
    const parquetWriter = new ParquetWriter({
      writer,
      schema: schemaOf(columns),
      createdBy: 'kubevigil-builder',
      kvMetadata: [{ key: 'kubevigil.units', value: JSON.stringify(units) }],
    });
    let pending: Table[] = [];
    let rows = 0;
    const writeGroup = () => {
      if (rows > 0)
        parquetWriter.write({ columnData: concatenate(pending, columns), rowGroupSize: ROW_GROUP_ROWS });
      pending = [];
      rows = 0;
      flush();
    };
    return {
      write(table) {
        if (rows + table.rows > ROW_GROUP_ROWS) writeGroup();
        pending.push(table);
        rows += table.rows;
      },
      close() {
        writeGroup();
        parquetWriter.finish();
        flush();
        file.close();
      },
      abandon: () => file.abandon(),
    };
  },

  async *read(path, columns) {
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
  },
};
