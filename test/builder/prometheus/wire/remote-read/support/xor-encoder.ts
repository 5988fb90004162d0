import type { BitSample } from './samples.ts';

/** A writer of bits, the first one uppermost in its byte. */
class BitWriter {
  readonly bytes: number[] = [];
  #free = 0;

  write(value: bigint, bits: number): void {
    for (let i = bits - 1; i >= 0; i--) {
      if (this.#free === 0) {
        this.bytes.push(0);
        this.#free = 8;
      }
      this.#free--;
      const last = this.bytes.length - 1;
      this.bytes[last] = (this.bytes[last] ?? 0) | (Number((value >> BigInt(i)) & 1n) << this.#free);
    }
  }

  writeUvarint(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.write((rest & 0x7fn) | 0x80n, 8);
    this.write(rest, 8);
  }
}

/** Prefix and width of a delta of deltas, narrowest first; as in Prometheus' xor.go. */
const DOD_CLASSES = [
  { prefix: 0b10n, prefixBits: 2, bits: 14 },
  { prefix: 0b110n, prefixBits: 3, bits: 17 },
  { prefix: 0b1110n, prefixBits: 4, bits: 20 },
] as const;

/**
 * Encodes samples as Prometheus does (tsdb/chunkenc/xor.go), slowly and with 64-bit integers: what the decoder is
 * held against.
 */
export function encodeXorChunk(samples: readonly BitSample[]): Buffer {
  const out = new BitWriter();
  out.write(BigInt(samples.length), 16);
  let time = 0n;
  let delta = 0n;
  let value = 0n;
  let leading = 65;
  let trailing = 0;
  for (const [i, sample] of samples.entries()) {
    const sampleTime = BigInt(sample.timeMs);
    if (i === 0) {
      out.writeUvarint(sampleTime >= 0n ? sampleTime * 2n : -sampleTime * 2n - 1n);
      out.write(sample.bits, 64);
    } else {
      const newDelta = sampleTime - time;
      if (i === 1) out.writeUvarint(newDelta);
      else writeDeltaOfDelta(out, newDelta - delta);
      delta = newDelta;
      writeValue(sample.bits ^ value);
    }
    time = sampleTime;
    value = sample.bits;
  }
  return Buffer.from(out.bytes);

  function writeValue(xor: bigint): void {
    if (xor === 0n) {
      out.write(0n, 1);
      return;
    }
    const bits = xor.toString(2).padStart(64, '0');
    const newLeading = Math.min(bits.indexOf('1'), 31);
    const newTrailing = 63 - bits.lastIndexOf('1');
    if (newLeading >= leading && newTrailing >= trailing) {
      out.write(0b10n, 2);
    } else {
      leading = newLeading;
      trailing = newTrailing;
      out.write(0b11n, 2);
      out.write(BigInt(leading), 5);
      out.write(BigInt(64 - leading - trailing) & 63n, 6);
    }
    out.write(xor >> BigInt(trailing), 64 - leading - trailing);
  }
}

function writeDeltaOfDelta(out: BitWriter, dod: bigint): void {
  if (dod === 0n) {
    out.write(0n, 1);
    return;
  }
  const half = (bits: number): bigint => 1n << BigInt(bits - 1);
  const fitting = DOD_CLASSES.find(({ bits }) => dod > -half(bits) && dod <= half(bits));
  out.write(fitting?.prefix ?? 0b1111n, fitting?.prefixBits ?? 4);
  const bits = fitting?.bits ?? 64;
  out.write(BigInt.asUintN(bits, dod), bits);
}
