import { expect } from 'chai';
import fc from 'fast-check';
import { nanAsMarkers } from '../../../builder/prometheus/nan-markers.ts';

/** NaN of any payload: the stale marker, an ordinary one, and others; a double keeps its bits in an array. */
function nanOf(payload: bigint): number {
  return Float64Array.from(
    new Float64Array(BigUint64Array.of(0x7ff0000000000000n | (payload || 1n)).buffer),
  )[0] as number;
}

const value = fc.oneof(
  fc.double({ noNaN: true }),
  fc.bigInt({ min: 1n, max: 0xfffffffffffffn }).map(nanOf),
  fc.constant(nanOf(2n)),
  fc.constant(Number.NaN),
);

describe('builder/prometheus/nan-markers', () => {
  it('keeps every time once: as a value, or as a marker where there is none', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        const timestampsMs = Float64Array.from(values, (_, i) => 1_000 * i);
        const series = {
          labels: {},
          timestampsMs,
          values: Float64Array.from(values),
          staleMs: new Float64Array(),
        };
        const apart = nanAsMarkers(series);
        expect([...apart.values].some(Number.isNaN)).to.equal(false);
        expect([...apart.timestampsMs]).to.deep.equal(
          [...timestampsMs].filter((_, i) => !Number.isNaN(values[i])),
        );
        expect([...apart.staleMs]).to.deep.equal([...timestampsMs].filter((_, i) => Number.isNaN(values[i])));
      }),
    );
  });

  it('puts them in order with the markers that are known', () => {
    const series = {
      labels: {},
      timestampsMs: Float64Array.of(1, 3, 5),
      values: Float64Array.of(1, Number.NaN, 2),
      staleMs: Float64Array.of(2, 4),
    };
    expect([...nanAsMarkers(series).staleMs]).to.deep.equal([2, 3, 4]);
  });
});
