/**
 * Reads a column of a row group as `column-chunk.ts` writes it: a dictionary, if it has one, and one page. Files may come
 * from anybody, so that every length is held against what is there before anything is made of that size; hyparquet, which
 * knows many more kinds of pages, believes them.
 */
import type { PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { ColumnName, TableColumn } from '../../model/table.ts';
import { decodeRuns } from './run-lengths.ts';
import { snappyUncompress } from './snappy.ts';
import { skipStruct } from './thrift.ts';

const LEVEL_BITS = 1;
const BYTES = { timestamp: 8, double: 8, int32: 4 } as const;
const WORD = 2 ** 32;

interface Page {
  readonly header: PageHeader;
  readonly body: Uint8Array;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function* pagesOf(bytes: Uint8Array): Generator<Page> {
  for (let at = 0; at < bytes.length; ) {
    const start = skipStruct(bytes, at);
    const header = parquetHeader({ view: viewOf(bytes), offset: at });
    const size = header.compressed_page_size;
    if (!(size >= 0 && start + size <= bytes.length)) throw new Error('a page leads beyond its column');
    at = start + size;
    yield { header, body: bytes.subarray(start, at) };
  }
}

/** How many values there are, each a number of fixed size. */
function checkCount(bytes: Uint8Array, count: number, size: number): void {
  if (bytes.length !== count * size) throw new Error('a page has another number of values');
}

/** Numbers in PLAIN encoding. */
function numbersOf(bytes: Uint8Array, count: number, type: keyof typeof BYTES): Float64Array {
  checkCount(bytes, count, BYTES[type]);
  const view = viewOf(bytes);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    if (type === 'double') values[i] = view.getFloat64(8 * i, true);
    else if (type === 'int32') values[i] = view.getInt32(4 * i, true);
    else values[i] = view.getInt32(8 * i + 4, true) * WORD + view.getUint32(8 * i, true);
  }
  return values;
}

/** Texts in PLAIN encoding: each after its length in bytes. */
function textsOf(bytes: Uint8Array, count: number): string[] {
  if (count > bytes.length / Uint32Array.BYTES_PER_ELEMENT)
    throw new Error('a page has another number of values');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > buffer.length) throw new Error('a text leads beyond its page');
    const end = at + 4 + buffer.readUInt32LE(at);
    if (end > buffer.length) throw new Error('a text leads beyond its page');
    texts.push(buffer.toString('utf8', at + 4, end));
    at = end;
  }
  return texts;
}

/** The values of a page, and which of them each row has that has one. */
interface Values {
  readonly plain: Uint8Array;
  readonly count: number;
  readonly indexes: Uint32Array | undefined;
}

interface Data extends Values {
  /** 1 where a row has a value; undefined where all have one. */
  readonly levels: Uint32Array | undefined;
}

function dictionaryOf({ header, body }: Page, rows: number): { plain: Uint8Array; count: number } {
  const count = header.dictionary_page_header?.num_values ?? -1;
  if (!(count >= 0 && count <= rows)) throw new Error('a dictionary has more values than there are rows');
  return { plain: snappyUncompress(body, header.uncompressed_page_size), count };
}

function dataOf(
  { header, body }: Page,
  dictionary: { plain: Uint8Array; count: number } | undefined,
  rows: number,
  isRequired: boolean,
): Data {
  const told = header.data_page_header_v2;
  if (told === undefined || told.num_values !== rows || told.num_rows !== rows)
    throw new Error('a page has another number of rows');
  const levelBytes = told.definition_levels_byte_length;
  if (told.repetition_levels_byte_length !== 0 || !(levelBytes >= 0 && levelBytes <= body.length))
    throw new Error('the levels of a page are damaged');
  const levels = isRequired ? undefined : decodeRuns(body.subarray(0, levelBytes), LEVEL_BITS, rows);
  const present = levels === undefined ? rows : levels.reduce((sum, level) => sum + level, 0);
  const page = snappyUncompress(body.subarray(levelBytes), header.uncompressed_page_size - levelBytes);
  if (told.encoding === 'PLAIN') return { plain: page, count: present, indexes: undefined, levels };
  if (told.encoding !== 'RLE_DICTIONARY' || dictionary === undefined)
    throw new Error(`encoding ${told.encoding} is not as we write it`);
  const indexes = decodeRuns(page.subarray(1), page[0] ?? 0, present);
  for (const index of indexes)
    if (index >= dictionary.count) throw new Error('a value is not in its dictionary');
  return { ...dictionary, indexes, levels };
}

/** By row, the number of its value among the values, or −1. */
function placesOf({ indexes, levels, count }: Data, rows: number): Int32Array {
  const places = new Int32Array(rows).fill(-1);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (levels !== undefined && levels[row] === 0) continue;
    places[row] = indexes === undefined ? next : (indexes[next] as number);
    next++;
  }
  if (indexes === undefined && next !== count) throw new Error('a page has another number of values');
  return places;
}

/**
 * @param bytes all of the column's pages
 * @throws {Error} when they are not as `writeColumnChunk` writes them
 */
export function readColumnChunk(bytes: Uint8Array, { name, type }: ColumnName, rows: number): TableColumn {
  let dictionary: { plain: Uint8Array; count: number } | undefined;
  let data: Data | undefined;
  for (const page of pagesOf(bytes)) {
    if (data !== undefined) throw new Error(`column ${name} has more than one page`);
    if (page.header.type === 'DICTIONARY_PAGE' && dictionary === undefined)
      dictionary = dictionaryOf(page, rows);
    else if (page.header.type === 'DATA_PAGE_V2') data = dataOf(page, dictionary, rows, type === 'timestamp');
    else throw new Error(`column ${name} has a page that we do not write`);
  }
  if (data === undefined) throw new Error(`column ${name} has no values`);
  const places = placesOf(data, rows);
  if (type === 'string') {
    const texts: (string | null)[] = textsOf(data.plain, data.count);
    const missing = texts.push(null) - 1;
    return { name, type, texts, codes: Uint32Array.from(places, (place) => (place < 0 ? missing : place)) };
  }
  const known = numbersOf(data.plain, data.count, type);
  return {
    name,
    type,
    values: Float64Array.from(places, (place) => (place < 0 ? Number.NaN : (known[place] as number))),
  };
}
