import type { ColumnChunk, Encoding, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { indexBits, type Stored } from './stored.ts';

const LEVEL_BITS = 1;

/** The bytes of the levels, uncompressed as in data pages of version 2; the library's run lengths. */
function levelBytes({ levels }: Stored): Uint8Array {
  const writer = new ByteWriter();
  if (levels !== undefined) writeRleBitPackedHybrid(writer, levels, LEVEL_BITS);
  return writer.getBytes();
}

/** What the data page says of the values: the values themselves, or which entry of the dictionary each is. */
function pageBytes({ plain, count, indexes }: Stored): Uint8Array {
  if (indexes === undefined) return plain;
  const writer = new ByteWriter();
  const bits = indexBits(count);
  writer.appendUint8(bits);
  writeRleBitPackedHybrid(writer, indexes, bits);
  return writer.getBytes();
}

/** Writes a page; gives its size before compression, header included. */
function writeDictionary(writer: ByteWriter, { plain, count }: Stored): number {
  const compressed = snappyCompress(plain);
  const start = writer.offset;
  writePageHeader(writer, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: plain.length,
    compressed_page_size: compressed.length,
    dictionary_page_header: { num_values: count, encoding: 'PLAIN' },
  });
  const header = writer.offset - start;
  writer.appendBytes(compressed);
  return header + plain.length;
}

/** Writes a page; gives its size before compression, header included. */
function writeData(writer: ByteWriter, stored: Stored, encoding: Encoding): number {
  const levels = levelBytes(stored);
  const values = pageBytes(stored);
  const compressed = snappyCompress(values);
  const start = writer.offset;
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.length + values.length,
    compressed_page_size: levels.length + compressed.length,
    data_page_header_v2: {
      num_values: stored.rows,
      num_nulls: stored.nulls,
      num_rows: stored.rows,
      encoding,
      definition_levels_byte_length: levels.length,
      repetition_levels_byte_length: 0,
      is_compressed: true,
    },
  });
  const header = writer.offset - start;
  writer.appendBytes(levels);
  writer.appendBytes(compressed);
  return header + levels.length + values.length;
}

/**
 * Writes a column of a row group: its dictionary, if it has one, and one page. hyparquet-writer would do so from a list
 * of nullable numbers, which costs four times as much as all that is done here; its page headers, run lengths and
 * compression are used.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/
 * @returns what the file's footer says of it
 */
export function writeColumnChunk(writer: ByteWriter, element: SchemaElement, stored: Stored): ColumnChunk {
  const { type = 'DOUBLE', name } = element;
  const start = writer.offset;
  let uncompressed = 0;
  const isDictionary = stored.indexes !== undefined;
  if (isDictionary) uncompressed += writeDictionary(writer, stored);
  const dataStart = writer.offset;
  const encoding = isDictionary ? 'RLE_DICTIONARY' : 'PLAIN';
  uncompressed += writeData(writer, stored, encoding);
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: isDictionary ? ['PLAIN', encoding] : [encoding],
      path_in_schema: [name],
      codec: 'SNAPPY',
      num_values: BigInt(stored.rows),
      total_compressed_size: BigInt(writer.offset - start),
      total_uncompressed_size: BigInt(uncompressed),
      data_page_offset: BigInt(dataStart),
      ...(isDictionary && { dictionary_page_offset: BigInt(start) }),
      statistics: {
        null_count: BigInt(stored.nulls),
        ...(stored.min !== undefined && { min_value: stored.min }),
        ...(stored.max !== undefined && { max_value: stored.max }),
      },
      encoding_stats: [
        ...(isDictionary ? [{ page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN', count: 1 } as const] : []),
        { page_type: 'DATA_PAGE_V2', encoding, count: 1 },
      ],
    },
  };
}
