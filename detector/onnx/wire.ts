/** The wire format of protocol buffers, as far as ONNX needs it. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** An unsigned integer below 2⁶⁴, or a negative one as two's complement: seven bits a byte, lowest first. */
function varint(value: number): Uint8Array {
  // Nearly all are small, and models have hundreds of thousands.
  if (value >= 0 && value <= 0x7f) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function tag(field: number, type: number): Uint8Array {
  return varint((field << 3) | type);
}

/** An int64, int32 or enum field. */
export function integer(field: number, value: number): Uint8Array {
  return Buffer.concat([tag(field, VARINT), varint(value)]);
}

/** A float field. */
export function float(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED_32), bytes]);
}

/** A bytes or message field. */
export function message(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(content.length), content]);
}

/** A string field. */
export function text(field: number, value: string): Uint8Array {
  return message(field, Buffer.from(value, 'utf8'));
}

/** A repeated field of floats, one after the other. */
export function floats(field: number, values: ArrayLike<number>): Uint8Array {
  return message(field, littleEndian(values));
}

/** A repeated field of int64. */
export function integers(field: number, values: ArrayLike<number>): Uint8Array {
  return message(field, Buffer.concat(Array.from(values, varint)));
}

/** The bytes of float32 values, the lowest first. */
export function littleEndian(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i] as number, 4 * i);
  return bytes;
}

/** A field as it is read: a number of a varint, or the bytes of everything else. */
export interface Field {
  readonly field: number;
  readonly value: number | Uint8Array;
}

const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, [FIXED_32]: 4 };
const MOST_VARINT_BYTES = 10;

/** A varint's number and where it ends; numbers of more than 53 bits lose their last digits. */
function readVarint(bytes: Uint8Array, from: number): [number, number] {
  let value = 0;
  for (let i = 0; i < MOST_VARINT_BYTES; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, from + i + 1];
  }
  throw new RangeError('a number is cut short');
}

/**
 * The fields of a message in their order.
 *
 * @throws {RangeError} for bytes that are no message
 */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < bytes.length) {
    const [key, from] = readVarint(bytes, at);
    const [field, type] = [Math.floor(key / 8), key % 8];
    const [length, start] =
      type === LENGTH_DELIMITED ? readVarint(bytes, from) : [FIXED_BYTES[type] ?? 0, from];
    if (type === VARINT) {
      const [value, end] = readVarint(bytes, from);
      at = end;
      yield { field, value };
      continue;
    }
    at = start + length;
    if (length === 0 && type !== LENGTH_DELIMITED) throw new RangeError(`a field is of type ${type}`);
    if (at > bytes.length) throw new RangeError('a field is cut short');
    yield { field, value: bytes.subarray(start, at) };
  }
}

/** The numbers of a packed field of integers. */
export function unpackedIntegers(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, end] = readVarint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

/** And of one of floats. */
export function unpackedFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true));
}
