/** A literal's length less one stands in the tag, or in so many more bytes: 1 for 60, to 4 for 63. */
const LONGEST_IN_TAG = 60;
const LITERAL = 0;
const COPY_ONE_BYTE = 1;
const COPY_TWO_BYTES = 2;
/** No element of two or three bytes stands for more than 64. */
const MOST_PER_BYTE = 32;
/** Far more than the values of a row group take. */
const MOST_BYTES = 268_435_456;

function little(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? Number.NaN);
  return value;
}

/** How long the text is that follows, and where it begins. */
function preamble(bytes: Uint8Array): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at] ?? Number.NaN;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw new Error('a page is no Snappy');
}

/**
 * Decompresses Snappy's block format. hyparquet's own does not notice lengths that go back, and then goes round for ever.
 *
 * @param length of the result, as it was announced
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 * @throws {Error} when the bytes are no such block, or one of another length
 */
export function snappyUncompress(bytes: Uint8Array, length: number): Uint8Array {
  const { length: told, at: start } = preamble(bytes);
  if (told !== length || length > Math.min(MOST_BYTES, MOST_PER_BYTE * bytes.length))
    throw new Error('a page has another length');
  const output = new Uint8Array(length);
  let at = start;
  let filled = 0;
  const fits = (count: number, isKnown: boolean) => {
    if (!isKnown || !(count > 0 && filled + count <= length)) throw new Error('a page is no Snappy');
  };
  while (at < bytes.length) {
    const tag = bytes[at++] as number;
    const kind = tag & 3;
    if (kind === LITERAL) {
      const more = Math.max(0, (tag >> 2) - LONGEST_IN_TAG + 1);
      const count = (more === 0 ? tag >> 2 : little(bytes, at, more)) + 1;
      at += more;
      fits(count, at + count <= bytes.length);
      output.set(bytes.subarray(at, at + count), filled);
      at += count;
      filled += count;
      continue;
    }
    const more = kind === COPY_ONE_BYTE ? 1 : kind === COPY_TWO_BYTES ? 2 : 4;
    const count = kind === COPY_ONE_BYTE ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back = little(bytes, at, more) + (kind === COPY_ONE_BYTE ? (tag >> 5) * 256 : 0);
    at += more;
    fits(count, back > 0 && back <= filled);
    if (back >= count) output.copyWithin(filled, filled - back, filled - back + count);
    else for (let i = 0; i < count; i++) output[filled + i] = output[filled + i - back] as number;
    filled += count;
  }
  if (filled !== length) throw new Error('a page has another length');
  return output;
}
