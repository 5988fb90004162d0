/** Parquet: Snappy, times as TIMESTAMP(MILLIS) in UTC, strings as UTF-8, every column but the first nullable. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type SchemaElement } from 'hyparquet';
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

function columnOf({ name, type }: ColumnName, rows: readonly Record<string, unknown>[]): TableColumn {
  const values = rows.map((row) => row[name] ?? null);
  if (type === 'timestamp')
    return { name, type, values: Float64Array.from(values, (value) => (value as Date).getTime()) };
  if (type === 'double')
    return {
      name,
      type,
      values: Float64Array.from(values, (value) => (value as number | null) ?? Number.NaN),
    };
  if (type === 'int32') return { name, type, values: values as (number | null)[] };
  return { name, type, values: values as (string | null)[] };
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
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd });
      yield { rows: rows.length, columns: columns.map((column) => columnOf(column, rows)) };
      rowStart = rowEnd;
    }
  },
};
