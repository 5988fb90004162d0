import fc from 'fast-check';
import { type BitSample, bitsOf, STALE_BITS } from './samples.ts';

const SPECIAL_BITS = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MIN_VALUE,
  -Number.MIN_VALUE,
  Number.MAX_VALUE,
  Number.EPSILON,
].map(bitsOf);

/** Any double by its bits: NaNs of every kind, stale markers, denormals, and what metrics usually hold. */
const anyBits = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(...SPECIAL_BITS, STALE_BITS, 0x7ff8000000000001n, 0xfff0000000000001n),
  fc.integer({ min: 0, max: 1000 }).map(bitsOf),
  fc.double().map(bitsOf),
);

/** Milliseconds from one sample to the next: regular, jittering around every class of delta of deltas, and huge. */
const anyStepMs = fc.oneof(
  { weight: 4, arbitrary: fc.constant(15_000) },
  fc.constantFrom(...[13, 16, 19].flatMap((bits) => [-1, 0, 1].map((off) => 15_000 + 2 ** bits + off))),
  fc.integer({ min: 1, max: 30_000 }),
  fc.integer({ min: 1, max: 2 ** 21 }),
  fc.integer({ min: 1, max: 2 ** 44 }),
);

/** Samples in time order, as one chunk or several hold them. */
export const anySamples = (
  constraints: { minLength?: number; maxLength?: number } = {},
): fc.Arbitrary<BitSample[]> =>
  fc
    .tuple(
      fc.oneof(fc.constant(1_700_000_000_000), fc.integer({ min: -(2 ** 45), max: 2 ** 45 })),
      fc.array(fc.tuple(anyStepMs, anyBits), { maxLength: 150, ...constraints }),
    )
    .map(([start, steps]) => {
      let timeMs = start;
      return steps.map(([stepMs, bits]) => {
        timeMs += stepMs;
        return { timeMs, bits };
      });
    });
