/** Types of Thrift's compact protocol. */
const TYPE = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  int64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

const DEEPEST = 16;
/** More than a thousand row groups have; each becomes an object. */
const MOST_ELEMENTS = 2_097_152;
/** Bytes of a whole number at most. */
const LONGEST_NUMBER = 10;

/**
 * Walks over a struct of Thrift's compact protocol, as which Parquet keeps its footer and the heads of its pages. The
 * library that reads it believes every length: a number without an end takes it hours.
 *
 * @param start where the struct begins
 * @returns where it ends
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 * @throws {Error} when it does not end within the bytes, or is not what Parquet has there
 */
export function skipStruct(bytes: Uint8Array, start: number): number {
  let at = start;
  let elements = 0;

  function byte(): number {
    const value = bytes[at++];
    if (value === undefined) throw new Error('a length leads beyond the end');
    return value;
  }

  function number(): number {
    let value = 0;
    for (let i = 0; i < LONGEST_NUMBER; i++) {
      const next = byte();
      value += (next & 0x7f) * 2 ** (7 * i);
      if (next < 0x80) return value;
    }
    throw new Error('a number is too long');
  }

  /** A length of what takes at least a byte each. */
  function length(count: number): number {
    if (count > bytes.length - at) throw new Error('a length leads beyond the end');
    return count;
  }

  function skip(count: number): void {
    at += length(count);
  }

  function element(type: number, depth: number): void {
    if (++elements > MOST_ELEMENTS) throw new Error('has too many elements');
    if (type === TYPE.byte) byte();
    else if (type > TYPE.byte && type <= TYPE.int64) number();
    else if (type === TYPE.double) skip(8);
    else if (type === TYPE.binary) skip(number());
    else if (type === TYPE.list) list(depth);
    else if (type === TYPE.struct) struct(depth);
    else throw new Error(`type ${type} is none of Parquet's`);
  }

  function list(depth: number): void {
    const head = byte();
    const type = head & 0x0f;
    const count = length(head >> 4 === 15 ? number() : head >> 4);
    const isTruth = type === TYPE.true || type === TYPE.false;
    for (let i = 0; i < count; i++) element(isTruth ? TYPE.byte : type, depth + 1);
  }

  function struct(depth: number): void {
    if (depth > DEEPEST) throw new Error('is nested too deeply');
    for (;;) {
      const head = byte();
      const type = head & 0x0f;
      if (type === TYPE.stop) return;
      if (head >> 4 === 0) number();
      if (type !== TYPE.true && type !== TYPE.false) element(type, depth + 1);
    }
  }

  struct(0);
  return at;
}
