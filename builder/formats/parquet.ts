/** Parquet: Snappy, times as TIMESTAMP(MILLIS) in UTC, strings as UTF-8, every column but the first nullable. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnName, ColumnType, Table, TableColumn } from '../table.ts';
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

/** The doubles of a column under each other: an array with null for NaN, or where there is none the doubles themselves. */
function doublesOf(parts: readonly Float64Array[], rows: number): Float64Array | (number | null)[] {
  const all = new Float64Array(rows);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  if (!all.some(Number.isNaN)) return all;
  const nullable = new Array<number | null>(rows);
  for (let row = 0; row < rows; row++) {
    const value = all[row] as number;
    nullable[row] = Number.isNaN(value) ? null : value;
  }
  return nullable;
}

function valuesUnderEachOther(columns: readonly (TableColumn | undefined)[], rows: number) {
  if (columns[0]?.type === 'double') {
    return doublesOf(
      columns.flatMap((column) => (column?.type === 'double' ? [column.values] : [])),
      rows,
    );
  }
  const all = new Array<bigint | number | string | null>(rows);
  let at = 0;
  for (const column of columns) {
    if (column?.type === 'timestamp') for (const ms of column.values) all[at++] = BigInt(ms);
    else if (column !== undefined) for (const value of column.values) all[at++] = value;
  }
  return all;
}

/** The rows of several tables under each other, each column when the library asks for it: not all are held at once. */
function concatenate(tables: readonly Table[], columns: readonly ColumnName[]) {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return columns.map(({ name }, i) => ({
    name,
    get data() {
      return valuesUnderEachOther(
        tables.map((table) => table.columns[i]),
        rows,
      );
    },
  }));
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
