const BITS_PER_BYTE = 8;
/** Values come in groups of eight where they are packed. */
const GROUP = 8;
/** Enough for the rows of any row group; what is more would not fit into 32 bits while it is unpacked. */
const MOST_BITS = 24;

function damaged(): Error {
  return new Error('the runs of a page are damaged');
}

/**
 * Decodes Parquet's hybrid of run lengths and packed bits.
 *
 * @param width bits per value
 * @param count of values that there must be
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 * @throws {Error} when there are more or fewer
 */
export function decodeRuns(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > MOST_BITS) throw damaged();
  const values = new Uint32Array(count);
  const mask = 2 ** width - 1;
  let at = 0;
  let filled = 0;

  function header(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw damaged();
  }

  function packed(groups: number): void {
    const left = count - filled;
    if (groups === 0 || groups * GROUP >= left + GROUP || at + groups * width > bytes.length) throw damaged();
    const end = Math.min(count, filled + groups * GROUP);
    const next = at + groups * width;
    let bits = 0;
    let held = 0;
    while (filled < end) {
      while (held < width) {
        bits |= (bytes[at++] as number) << held;
        held += BITS_PER_BYTE;
      }
      values[filled++] = bits & mask;
      bits >>>= width;
      held -= width;
    }
    at = next;
  }

  function repeated(times: number): void {
    const size = Math.ceil(width / BITS_PER_BYTE);
    if (times === 0 || times > count - filled || at + size > bytes.length) throw damaged();
    let value = 0;
    for (let i = 0; i < size; i++) value |= (bytes[at++] as number) << (BITS_PER_BYTE * i);
    values.fill(value, filled, filled + times);
    filled += times;
  }

  while (filled < count) {
    const run = header();
    if (run & 1) packed(run >>> 1);
    else repeated(run >>> 1);
  }
  return values;
}
