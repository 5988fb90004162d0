/** CSV as in RFC 4180, lines ended by LF: times in RFC 3339 and UTC, numbers as short as they read back, null empty. */
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { parseRfc3339 } from '../../../common/times.ts';
import { OutputFile } from '../../files/output-file.ts';
import { type ColumnName, type Table, type TableColumn, valuesOf } from '../../model/table.ts';
import { textsOf } from '../../model/text-column.ts';
import type { Format, FormatOptions } from '../format.ts';
import { csvRecipes } from './recipes.ts';

const ROWS_AT_ONCE = 8192;
/** Characters of rows that are held at once, and of one row: nobody's names are so long. */
const CHARACTERS_AT_ONCE = 16_777_216;
const LONGEST_ROW = 1_048_576;

/** What spreadsheets take for a formula, and what escaping makes of it: both can be told apart. */
const FORMULA = /^'*[=+\-@\t\r]/;
const ESCAPED = /^'+[=+\-@\t\r]/;

function escaped(column: TableColumn): TableColumn {
  if (column.type !== 'string') return column;
  const quoted = (text: string | null) => (text !== null && FORMULA.test(text) ? `'${text}` : text);
  return { ...column, texts: column.texts.map(quoted) };
}

function unescaped(column: TableColumn): TableColumn {
  if (column.type !== 'string') return column;
  const bare = (text: string | null) => (text !== null && ESCAPED.test(text) ? text.slice(1) : text);
  return { ...column, texts: column.texts.map(bare) };
}

function texts(column: TableColumn): readonly (string | null)[] {
  // As formatTime has it, at a tenth of its price.
  if (column.type === 'timestamp') return Array.from(column.values, (ms) => new Date(ms).toISOString());
  return valuesOf(column).map((value) => (value === null ? null : String(value)));
}

function rowsOf({ rows, columns }: Table, { escapesFormulas = false }: FormatOptions): (string | null)[][] {
  const cells = columns.map((column) => texts(escapesFormulas ? escaped(column) : column));
  return Array.from({ length: rows }, (_, row) => cells.map((column) => column[row] ?? null));
}

function numberOf(text: string, name: string): number | null {
  if (text === '') return null;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`${name}: ${JSON.stringify(text)} is no number`);
  return value;
}

function timeOf(text: string): number {
  const ms = parseRfc3339(text);
  if (ms === undefined) throw new Error(`timestamp: ${JSON.stringify(text)} is no time`);
  return ms;
}

function columnOf({ name, type }: ColumnName, cells: readonly string[]): TableColumn {
  if (type === 'timestamp') return { name, type, values: Float64Array.from(cells, timeOf) };
  if (type === 'double' || type === 'int32')
    return { name, type, values: Float64Array.from(cells, (text) => numberOf(text, name) ?? Number.NaN) };
  return { name, type, ...textsOf(cells.map((text) => (text === '' ? null : text))) };
}

function tableOf(
  columns: readonly ColumnName[],
  rows: readonly string[][],
  { escapesFormulas = false }: FormatOptions,
): Table {
  const read = columns.map((column, i) =>
    columnOf(
      column,
      rows.map((row) => row[i] ?? ''),
    ),
  );
  return { rows: rows.length, columns: escapesFormulas ? read.map(unescaped) : read };
}

export const csv: Format = {
  name: 'csv',
  contentType: 'text/csv; charset=utf-8',
  encodingFormat: 'text/csv',
  canEscapeFormulas: true,
  note: "Types are given to each reader, from the manifest: left to guess, it takes names such as `007`, `1e3` or `null` for something else. An empty cell is null, and no text is empty; timestamps are in UTC. pandas before 3.1 reads the last digit of some numbers exactly only with `float_precision='round_trip'`.",
  recipes: csvRecipes,

  open(path, columns, how = {}) {
    const file = new OutputFile(path);
    // A lone CR ends a line to many readers, although RFC 4180 has it not.
    const options = { record_delimiter: 'unix', quoted_match: '\r' } as const;
    const append = (rows: readonly (readonly (string | null)[])[]) =>
      file.append(Buffer.from(stringify(rows as (string | null)[][], options)));
    append([columns.map(({ name }) => name)]);
    return {
      write: (table) => append(rowsOf(table, how)),
      close: () => file.close(),
      abandon: () => file.abandon(),
    };
  },

  async *read(file, columns, how = {}) {
    // An error of either ends the other, and comes out of the loop.
    const lines: AsyncIterable<string[]> = pipeline(
      file.stream(),
      parse({ max_record_size: LONGEST_ROW }),
      () => undefined,
    );
    let header: string[] | undefined;
    const rows: string[][] = [];
    let characters = 0;
    for await (const line of lines) {
      if (header === undefined) {
        header = line;
        if (header.join() !== columns.map(({ name }) => name).join())
          throw new Error('the columns are others');
      } else {
        rows.push(line);
        for (const cell of line) characters += cell.length;
      }
      if (rows.length < ROWS_AT_ONCE && characters < CHARACTERS_AT_ONCE) continue;
      characters = 0;
      if (rows.length > 0) yield tableOf(columns, rows.splice(0), how);
    }
    if (header === undefined) throw new Error('the file is empty');
    if (rows.length > 0) yield tableOf(columns, rows, how);
  },
};
