import type { RawSeries } from '../../../../../../builder/samples/series.ts';

/** A sample whose value is given by its bits, so that every NaN can be told from every other. */
export interface BitSample {
  readonly timeMs: number;
  readonly bits: bigint;
}

export const STALE_BITS = 0x7ff0000000000002n;

export function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
}

export function sampleOf(timeMs: number, value: number): BitSample {
  return { timeMs, bits: bitsOf(value) };
}

/** The samples of a series that was read, stale markers left out. */
export function samplesOf(series: RawSeries): BitSample[] {
  const { buffer, byteOffset, length } = series.values;
  const bits = new BigUint64Array(buffer, byteOffset, length);
  return Array.from(series.timestampsMs, (timeMs, i) => ({ timeMs, bits: bits[i] ?? 0n }));
}
