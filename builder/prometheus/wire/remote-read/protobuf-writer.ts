const VARINT = 0;
const LENGTH_DELIMITED = 2;

/**
 * The bytes of an unsigned integer below 2^64, seven bits each, lowest first.
 *
 * @internal exported for its own tests
 */
export function uvarint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** An int64 or enum field; a negative number takes ten bytes, as two's complement. */
export function int64Field(field: number, value: number): Uint8Array {
  return Buffer.concat([uvarint((field << 3) | VARINT), uvarint(value)]);
}

/** A bytes or message field. */
export function lengthDelimitedField(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([uvarint((field << 3) | LENGTH_DELIMITED), uvarint(content.length), content]);
}

/** A string field, as UTF-8. */
export function stringField(field: number, text: string): Uint8Array {
  return lengthDelimitedField(field, Buffer.from(text, 'utf8'));
}
