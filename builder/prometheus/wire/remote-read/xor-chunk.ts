import { HIGH, LOW, type SampleBuffer } from '../../../samples/sample-buffer.ts';
import { corrupt } from './errors.ts';
import type { Span } from './protobuf-reader.ts';

/** A chunk begins with its number of samples, two bytes, big-endian. */
const COUNT_BYTES = 2;
/** The first sample: at least one byte of time, and its value as it is. */
const FIRST_SAMPLE_BITS = 8 + 64;
/** Every later sample: at least one bit for its time and one for its value. */
const LEAST_SAMPLE_BITS = 2;

/**
 * How many samples a chunk has, from its header.
 *
 * @throws {RemoteReadError} `corrupt` when its bytes cannot hold that many
 */
export function chunkSampleCount(view: DataView, { start, end }: Span): number {
  const bits = (end - start - COUNT_BYTES) * 8;
  if (bits < 0) throw corrupt('a chunk has no sample count');
  const count = view.getUint16(start);
  const leastBits = count === 0 ? 0 : FIRST_SAMPLE_BITS + (count - 1) * LEAST_SAMPLE_BITS;
  if (leastBits > bits) throw corrupt(`a chunk of ${end - start} bytes announces ${count} samples`);
  return count;
}

/**
 * Decodes one chunk of Prometheus' XOR encoding (Gorilla, in milliseconds) and appends its samples to `out`, which must
 * have room for them.
 *
 * Times are in doubles, exact to 2^53; a value is two words of 32 bits, so that every NaN keeps its bits. Bits are read
 * without a cursor: `word(p)` is the 32 bits from bit p on. The significant bits of a value lie `leading` bits into its 64,
 * so the window that starts `leading` bits earlier in the stream has them in their place, and a mask does the rest.
 * The view must reach 32 bytes past the chunk's end.
 *
 * @see https://github.com/prometheus/prometheus/blob/main/tsdb/chunkenc/xor.go
 * @throws {RemoteReadError} `corrupt` when it ends early or time does not go forward
 */
export function decodeXorChunk(view: DataView, span: Span, out: SampleBuffer): void {
  const count = chunkSampleCount(view, span);
  if (count === 0) return;
  const { times, words } = out;
  const from = out.length;
  const to = from + count;
  const endBit = span.end * 8;

  const first = readUvarint(view, span.start + COUNT_BYTES, span.end);
  let time = first.value % 2 === 0 ? first.value / 2 : -(first.value + 1) / 2;
  let high = view.getInt32(first.end);
  let low = view.getInt32(first.end + 4);
  times[from] = time;
  words[2 * from + HIGH] = high;
  words[2 * from + LOW] = low;

  let bit = (first.end + 8) * 8;
  if (bit > endBit) throw corrupt('a chunk ends inside its first sample');
  let delta = 0;
  let leading = 0;
  let significant = 64;
  let highMask = -1;
  let lowMask = -1;
  for (let i = from + 1; i < to; i++) {
    // At least the 25 upper bits are the stream's: enough for a prefix and a number of 20 bits.
    let head = view.getInt32(bit >>> 3) << (bit & 7);
    if (i === from + 1) {
      const second = readUvarint(view, bit >>> 3, span.end);
      delta = second.value;
      bit = second.end * 8;
      head = view.getInt32(second.end);
    } else if (head >= 0) {
      bit += 1;
      head <<= 1;
    } else {
      if ((head & 0x40000000) === 0) {
        delta += signed((head << 2) >>> 18, 14);
        bit += 2 + 14;
      } else if ((head & 0x20000000) === 0) {
        delta += signed((head << 3) >>> 15, 17);
        bit += 3 + 17;
      } else if ((head & 0x10000000) === 0) {
        delta += signed((head << 4) >>> 12, 20);
        bit += 4 + 20;
      } else {
        delta += word(view, bit + 4) * 2 ** 32 + (word(view, bit + 4 + 32) >>> 0);
        bit += 4 + 64;
      }
      head = view.getInt32(bit >>> 3) << (bit & 7);
    }
    if (head >= 0) {
      bit += 1;
    } else {
      if ((head & 0x40000000) === 0) bit += 2;
      else {
        leading = (head >>> 25) & 31;
        significant = (head >>> 19) & 63 || 64;
        bit += 2 + 5 + 6;
        const trailing = 64 - leading - significant;
        if (trailing < 0) throw corrupt('a chunk has a value of more than 64 bits');
        highMask = (-1 >>> leading) & (trailing > 32 ? -1 << (trailing - 32) : -1);
        lowMask = trailing >= 32 ? 0 : -1 << trailing;
      }
      high ^= word(view, bit - leading) & highMask;
      low ^= word(view, bit - leading + 32) & lowMask;
      bit += significant;
    }
    if (bit > endBit || !(delta > 0))
      throw corrupt(`a chunk ends, or goes back in time, at sample ${i - from} of ${count}`);
    time += delta;
    times[i] = time;
    words[2 * i + HIGH] = high;
    words[2 * i + LOW] = low;
  }
  if (!Number.isSafeInteger(time)) throw corrupt('a chunk has a time beyond 2^53 milliseconds');
  out.length = to;
}

/** The 32 bits from bit `at` on, as a signed word. */
function word(view: DataView, at: number): number {
  const byte = at >>> 3;
  const shift = at & 7;
  return (view.getInt32(byte) << shift) | (view.getUint8(byte + 4) >>> (8 - shift));
}

/** A number of `bits` bits that counts as negative above its half: unlike in two's complement, not at it. */
function signed(value: number, bits: number): number {
  return value > 1 << (bits - 1) ? value - (1 << bits) : value;
}

function readUvarint(view: DataView, start: number, end: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; at < end && scale < 2 ** 56; at++) {
    const byte = view.getUint8(at);
    value += (byte & 0x7f) * scale;
    if (value > Number.MAX_SAFE_INTEGER) break;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 128;
  }
  throw corrupt('a chunk ends inside a time, or has one beyond 2^53 milliseconds');
}
