import { type FileMetaData, parquetMetadata, type RowGroup } from 'hyparquet';
import type { InputFile } from '../../files/input-file.ts';
import type { ColumnName, Table } from '../../model/table.ts';
import { readColumnChunk } from './chunk.ts';
import { schemaOf } from './schema.ts';
import { skipStruct } from './thrift.ts';

/** PAR1, at both ends of a file. */
const MAGIC = Buffer.from('PAR1');
/** Behind the footer stand its length and the magic. */
const TAIL_BYTES = 8;
/** Tens of thousands of row groups. */
const MOST_FOOTER_BYTES = 67_108_864;
/** More than one node has in a day; groups of more rows are not written, and would be held at once. */
const MOST_GROUP_ROWS = 1_048_576;
const MOST_CHUNK_BYTES = 268_435_456;

/** The footer, and where it begins. */
function footerOf(file: InputFile): { metadata: FileMetaData; start: number } {
  if (file.bytes < MAGIC.length + TAIL_BYTES) throw new Error('the file is too short');
  const tail = file.read(file.bytes - TAIL_BYTES, TAIL_BYTES);
  if (!file.read(0, MAGIC.length).equals(MAGIC) || !tail.subarray(4).equals(MAGIC))
    throw new Error('the file does not begin and end with PAR1');
  const length = tail.readUInt32LE(0);
  const start = file.bytes - TAIL_BYTES - length;
  if (start < MAGIC.length || length > MOST_FOOTER_BYTES) throw new Error('the footer has no such length');
  const bytes = file.read(start, length + TAIL_BYTES);
  try {
    skipStruct(bytes.subarray(0, length), 0);
    return { metadata: parquetMetadata(new Uint8Array(bytes), { geoparquet: false }), start };
  } catch (error) {
    throw new Error('the footer is damaged', { cause: error });
  }
}

function checkColumns({ schema }: FileMetaData, columns: readonly ColumnName[]): void {
  const wanted = schemaOf(columns);
  const isSame = wanted.every(
    ({ name, type, repetition_type: repetition }, i) =>
      i === 0 ||
      (schema[i]?.name === name && schema[i]?.type === type && schema[i]?.repetition_type === repetition),
  );
  if (!isSame || schema.length !== wanted.length) throw new Error('the columns are others');
}

/** Where the pages of each column lie; columns follow each other, so that no byte is read twice. */
function placesOf(
  { columns }: RowGroup,
  wanted: readonly ColumnName[],
  from: number,
  to: number,
): { start: number; length: number }[] {
  if (columns.length !== wanted.length) throw new Error('the columns are others');
  let end = from;
  return columns.map(({ meta_data: told }) => {
    if (told?.codec !== 'SNAPPY') throw new Error('the compression is not ours');
    const start = Number(told.dictionary_page_offset ?? told.data_page_offset);
    const length = Number(told.total_compressed_size);
    if (!(start >= end && length > 0 && length <= MOST_CHUNK_BYTES && start + length <= to))
      throw new Error('the footer is damaged');
    end = start + length;
    return { start, length };
  });
}

/**
 * The rows of a file, a row group at a time.
 *
 * @throws {Error} when it is no Parquet as this program writes it, or its columns are others
 */
export async function* readParquet(file: InputFile, columns: readonly ColumnName[]): AsyncGenerator<Table> {
  const { metadata, start: footer } = footerOf(file);
  checkColumns(metadata, columns);
  let from = MAGIC.length;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (!(rows > 0 && rows <= MOST_GROUP_ROWS)) throw new Error(`a row group of ${rows} rows is not ours`);
    const places = placesOf(group, columns, from, footer);
    yield {
      rows,
      columns: columns.map((column, i) => {
        const { start, length } = places[i] as { start: number; length: number };
        return readColumnChunk(file.read(start, length), column, rows);
      }),
    };
    const last = places.at(-1);
    from = last === undefined ? from : last.start + last.length;
  }
}
