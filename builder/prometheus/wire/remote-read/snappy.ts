import { uvarint } from './protobuf-writer.ts';

/** Tag of a literal whose length less one follows in two bytes, little-endian. */
const LITERAL_TWO_BYTES = 61 << 2;
const LARGEST_LITERAL = 65_536;

/**
 * Wraps bytes in snappy's block format without compressing them: a request has some hundred bytes, and a block of
 * literals alone is valid.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function snappyLiterals(bytes: Uint8Array): Buffer {
  const parts = [uvarint(bytes.length)];
  for (let start = 0; start < bytes.length; start += LARGEST_LITERAL) {
    const literal = bytes.subarray(start, start + LARGEST_LITERAL);
    const last = literal.length - 1;
    parts.push(Uint8Array.of(LITERAL_TWO_BYTES, last & 0xff, last >>> 8), literal);
  }
  return Buffer.concat(parts);
}
