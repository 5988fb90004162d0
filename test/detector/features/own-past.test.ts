import { expect } from 'chai';
import fc from 'fast-check';
import { median } from '../../../common/statistics.ts';
import { OwnPast } from '../../../detector/features/own-past.ts';

/** Residuals of rows, one after the other. */
function reader(past: OwnPast) {
  return (...values: number[]): number[] => {
    const residuals = new Float64Array(values.length);
    past.residuals(values, residuals);
    return [...residuals];
  };
}

describe('where a node usually is', () => {
  it('is the median of all values before, while they are few', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 33 }), (values) => {
        const next = reader(new OwnPast(1, 1_000, 3_600_000));
        values.forEach((value, i) => {
          const [residual] = next(value);
          if (i < 8) expect(residual).to.be.NaN;
          else expect(residual).to.equal(value - median(values.slice(0, i)));
        });
      }),
    );
  });

  it('is the median of the newest kept values, of which there are half as many over the same time once there are 32', () => {
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
      { weight: 6, arbitrary: fc.float({ noNaN: true, min: -50, max: 50 }) },
      fc.constant(Number.NaN),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 500 }), fc.integer({ min: 1, max: 9 }), (values, longest) => {
        const next = reader(new OwnPast(2, 1_000, 32_000 * longest));
        let [kept, stride, skipped]: [number[], number, number] = [[], 1, 0];
        for (const own of values) {
          const usual = kept.length < 8 ? Number.NaN : median(kept);
          expect(next(Number.NaN, own)).to.deep.equal([Number.NaN, own - usual]);
          if (Number.isNaN(own) || ++skipped < stride) continue;
          skipped = 0;
          if (kept.length === 32 && stride < longest) {
            kept = kept.filter((_, i) => i % 2 === 1);
            stride = Math.min(2 * stride, longest);
          }
          kept = [...kept, Math.fround(own)].slice(-32);
        }
      }),
    );
  });

  it('hardly moves in an attack of minutes, and has moved after an hour', () => {
    const read = reader(new OwnPast(1, 15_000, 3_600_000));
    const next = (value: number) => read(value)[0];
    for (let i = 0; i < 600; i++) next(10 + (i % 5));
    for (let i = 0; i < 20; i++) expect(next(500)).to.be.greaterThan(485);
    for (let i = 0; i < 240; i++) next(500);
    expect(next(500)).to.equal(0);
  });

  it('is of values spread over the whole past', () => {
    const next = reader(new OwnPast(1, 15_000, 3_600_000));
    for (let i = 0; i < 5_000; i++) next(i);
    // The median of the last 240 values lies 120 back; kept are some 32 of them.
    expect(next(5_000)[0]).to.be.within(100, 140);
  });

  it('does not take what is missing for a value', () => {
    const next = reader(new OwnPast(2, 1_000, 60_000));
    for (let i = 0; i < 20; i++) next(3, i % 2 === 0 ? Number.NaN : 4);
    expect(next(Number.POSITIVE_INFINITY, 5)).to.deep.equal([Number.NaN, 1]);
  });
});
