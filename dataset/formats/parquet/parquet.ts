/** Parquet: Snappy, row groups of up to 65,536 rows, each column with its bounds and its number of nulls. */
import type { RowGroup } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { OutputFile } from '../../files/output-file.ts';
import type { Table } from '../../model/table.ts';
import type { ColumnUnit, Format } from '../format.ts';
import { writeColumnChunk } from './column-chunk.ts';
import { readParquet } from './read.ts';
import { parquetRecipes } from './recipes.ts';
import { schemaOf } from './schema.ts';
import { storedOf } from './stored.ts';

/** Rows that are compressed together; readers skip whole groups by their statistics. */
const ROW_GROUP_ROWS = 65_536;
const FORMAT_VERSION = 2;
/** What a file begins and ends with: PAR1. */
const MAGIC = 0x31524150;

/** The units of the columns that have one, as a key of the file's metadata. */
function unitsOf(columns: readonly ColumnUnit[]) {
  const units = columns.flatMap(({ name, unit }) => (unit === undefined ? [] : [[name, unit]]));
  return { key: 'kubevigil.units', value: JSON.stringify(Object.fromEntries(units)) };
}

/** Gathers tables to row groups, and writes each of those column by column. */
class ParquetFile {
  readonly #columns: readonly ColumnUnit[];
  readonly #file: OutputFile;
  readonly #writer = new ByteWriter();
  readonly #groups: RowGroup[] = [];
  #pending: Table[] = [];
  #rows = 0;

  constructor(path: string, columns: readonly ColumnUnit[]) {
    this.#columns = columns;
    this.#file = new OutputFile(path);
    this.#writer.appendUint32(MAGIC);
  }

  write(table: Table): void {
    if (this.#rows + table.rows > ROW_GROUP_ROWS) this.#writeGroup();
    this.#pending.push(table);
    this.#rows += table.rows;
  }

  close() {
    this.#writeGroup();
    writeMetadata(this.#writer, {
      version: FORMAT_VERSION,
      created_by: 'kubevigil-builder',
      schema: schemaOf(this.#columns),
      num_rows: this.#groups.reduce((sum, { num_rows }) => sum + num_rows, 0n),
      row_groups: this.#groups,
      key_value_metadata: [unitsOf(this.#columns)],
      metadata_length: 0,
    });
    this.#writer.appendUint32(MAGIC);
    this.#flush();
    return this.#file.close();
  }

  abandon(): void {
    this.#file.abandon();
  }

  #writeGroup(): void {
    if (this.#rows === 0) return;
    const start = this.#writer.offset;
    const [, ...elements] = schemaOf(this.#columns);
    const columns = elements.map((element, i) => {
      const parts = this.#pending.flatMap((table) => table.columns[i] ?? []);
      const chunk = writeColumnChunk(this.#writer, element, storedOf(parts));
      this.#flush();
      return chunk;
    });
    const uncompressed = columns.map(({ meta_data: told }) => told?.total_uncompressed_size ?? 0n);
    this.#groups.push({
      columns,
      num_rows: BigInt(this.#rows),
      total_byte_size: uncompressed.reduce((sum, bytes) => sum + bytes, 0n),
      total_compressed_size: BigInt(this.#writer.offset - start),
    });
    this.#pending = [];
    this.#rows = 0;
  }

  /** Hands on what the library's writer holds; its offsets count on. */
  #flush(): void {
    this.#file.append(this.#writer.getBytes());
    this.#writer.index = 0;
  }
}

export const parquet: Format = {
  name: 'parquet',
  contentType: 'application/vnd.apache.parquet',
  encodingFormat: 'application/x-parquet',
  canEscapeFormulas: false,
  note: 'Timestamps are in UTC; what was not measured or is not known is null, and no text is empty.',
  recipes: parquetRecipes,
  open: (path, columns) => new ParquetFile(path, columns),
  read: readParquet,
};
