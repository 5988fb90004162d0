import { endianness } from 'node:os';
import type { NumberColumn, TableColumn, TextColumn } from '../../model/table.ts';
import { type Distinct, distinct } from './distinct.ts';

/** A column of a row group as Parquet keeps it: which rows have a value, then those values alone. */
export interface Stored {
  readonly rows: number;
  /** 1 where a row has a value, else 0; undefined when the column is required. */
  readonly levels: Uint8Array | undefined;
  readonly nulls: number;
  /** In PLAIN encoding: the values, or with `indexes` the different ones among them. */
  readonly plain: Uint8Array;
  /** How many values `plain` is of. */
  readonly count: number;
  /** Which entry of the dictionary each value is. */
  readonly indexes?: Uint32Array;
  readonly min?: number | bigint | string;
  readonly max?: number | bigint | string;
}

const BITS_PER_BYTE = 8;
const BYTES = { timestamp: 8, double: 8, int32: 4 } as const;
/** A dictionary and the indexes into it must at least halve the bytes of a column of numbers. */
const WORTHWHILE = 2;

/** Bits that an index into a dictionary takes. */
export function indexBits(entries: number): number {
  return Math.ceil(Math.log2(entries));
}

function isTexts(columns: readonly TableColumn[]): columns is readonly TextColumn[] {
  return columns[0]?.type === 'string';
}

/** A column of several tables under each other, as a row group stores it. */
export function storedOf(columns: readonly TableColumn[]): Stored {
  return isTexts(columns) ? storedTexts(columns) : storedNumbers(columns as readonly NumberColumn[]);
}

/** The values that are no nulls, and where they are. */
function present(columns: readonly NumberColumn[]) {
  const rows = columns.reduce((sum, { values }) => sum + values.length, 0);
  const kept = new Float64Array(rows);
  const levels = new Uint8Array(rows);
  let row = 0;
  let count = 0;
  for (const { values } of columns) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      const has = Number.isNaN(value) ? 0 : 1;
      kept[count] = value;
      levels[row++] = has;
      count += has;
    }
  }
  return { rows, levels, kept: kept.subarray(0, count) };
}

/** Least and greatest; none of no value. */
function extremes(values: Float64Array): { min?: number; max?: number } {
  if (values.length === 0) return {};
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** Numbers in PLAIN encoding: fixed in size, little-endian. */
function plainNumbers(type: NumberColumn['type'], values: Float64Array): Uint8Array {
  const typed =
    type === 'double'
      ? values
      : type === 'int32'
        ? Int32Array.from(values)
        : BigInt64Array.from(values as unknown as ArrayLike<bigint>, BigInt);
  const bytes = Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength);
  if (endianness() === 'LE') return bytes;
  return BYTES[type] === 8 ? Buffer.from(bytes).swap64() : Buffer.from(bytes).swap32();
}

/** More entries than so many cannot be worthwhile: beyond a quarter of the values, an index has at least log2(values) − 2 bits. */
function mostEntries(values: number, bytesPerValue: number): number {
  const indexShare = (Math.log2(values) - 2) / (BITS_PER_BYTE * bytesPerValue);
  return Math.ceil(values * Math.max(1 / 4, 1 / WORTHWHILE - indexShare));
}

function worthwhileDictionary(values: Float64Array, bytesPerValue: number): Distinct | undefined {
  if (values.length === 0) return undefined;
  const found = distinct(values, mostEntries(values.length, bytesPerValue));
  if (found === undefined) return undefined;
  const { length } = found.entries;
  const bytes = length * bytesPerValue + (values.length * indexBits(length)) / BITS_PER_BYTE;
  return WORTHWHILE * bytes > values.length * bytesPerValue ? undefined : found;
}

/** Parquet wants a minimum of zero to be −0, and a maximum +0: a reader must find both in either. */
function boundsOf(type: NumberColumn['type'], values: Float64Array): Pick<Stored, 'min' | 'max'> {
  const { min, max } = extremes(values);
  if (min === undefined || max === undefined) return {};
  if (type === 'timestamp') return { min: BigInt(min), max: BigInt(max) };
  return { min: min === 0 && type === 'double' ? -0 : min, max: max === 0 ? 0 : max };
}

function storedNumbers(columns: readonly NumberColumn[]): Stored {
  const type = columns[0]?.type ?? 'double';
  const { rows, levels, kept } = present(columns);
  const dictionary = worthwhileDictionary(kept, BYTES[type]);
  const values = dictionary?.entries ?? kept;
  return {
    rows,
    levels: type === 'timestamp' ? undefined : levels,
    nulls: rows - kept.length,
    plain: plainNumbers(type, values),
    count: values.length,
    ...(dictionary !== undefined && { indexes: dictionary.indexes }),
    ...boundsOf(type, values),
  };
}

/** Texts in PLAIN encoding: each after its length in bytes. */
function plainTexts(texts: readonly Buffer[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((bytes) => {
      const length = Buffer.alloc(Uint32Array.BYTES_PER_ELEMENT);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Texts always come with a dictionary, in the order in which they come up. */
function storedTexts(columns: readonly TextColumn[]): Stored {
  const rows = columns.reduce((sum, { codes }) => sum + codes.length, 0);
  const levels = new Uint8Array(rows);
  const indexes = new Uint32Array(rows);
  const entries = new Map<string, number>();
  let row = 0;
  let count = 0;
  for (const { texts, codes } of columns) {
    const entryOf = new Int32Array(texts.length).fill(-1);
    for (let i = 0; i < codes.length; i++, row++) {
      const code = codes[i] as number;
      const text = texts[code] ?? null;
      if (text === null) continue;
      if (entryOf[code] === -1) {
        const entry = entries.get(text) ?? entries.size;
        entries.set(text, entry);
        entryOf[code] = entry;
      }
      levels[row] = 1;
      indexes[count++] = entryOf[code] as number;
    }
  }
  const bytes = Array.from(entries.keys(), (text) => Buffer.from(text));
  // Bounds are in the order of the bytes, which for UTF-8 is that of the code points.
  const ordered = bytes.toSorted(Buffer.compare).map(String);
  const [min, max] = [ordered[0], ordered.at(-1)];
  return {
    rows,
    levels,
    nulls: rows - count,
    plain: plainTexts(bytes),
    count: bytes.length,
    ...(count > 0 && { indexes: indexes.subarray(0, count) }),
    ...(min !== undefined && max !== undefined && { min, max }),
  };
}
