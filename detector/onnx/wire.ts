/** The wire format of protocol buffers, as far as ONNX needs it. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** An unsigned integer below 2⁶⁴, or a negative one as two's complement: seven bits a byte, lowest first. */
function varint(value: number): Uint8Array {
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
