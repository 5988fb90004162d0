import { expect } from 'chai';
import fc from 'fast-check';
import { Bins } from '../../../builder/report/bins.ts';
import { formatCount, formatShare, formatValue, scaleFor } from '../../../builder/report/numbers.ts';
import { timeTicks } from '../../../builder/report/time-axis.ts';

const values: readonly (readonly [number, string | undefined, string])[] = [
  [0.4534, 'ratio', '45.3 %'],
  [1, 'ratio', '100 %'],
  [12.5, 'ratio', '1250 %'],
  [0, 'bytes_per_second', '0 B/s'],
  [1_234_567, 'bytes_per_second', '1.23 MB/s'],
  [999, 'bytes', '999 B'],
  [0.25, 'per_second', '0.25 /s'],
  [-1500, 'count', '-1.5 k'],
  [1e-9, 'per_second', '1.0e-9 /s'],
  [3e20, 'count', '3.0e+20'],
  [2, undefined, '2'],
];

describe('builder report numbers', () => {
  for (const [value, unit, text] of values) {
    it(`writes ${value} in ${unit} as ${text}`, () => {
      expect(formatValue(value, unit)).to.equal(text);
    });
  }

  it('rounds no share to none or to all', () => {
    expect(formatShare(0, 10)).to.equal('0 %');
    expect(formatShare(1, 1_000_000)).to.equal('< 0.01 %');
    expect(formatShare(999_999, 1_000_000)).to.equal('> 99.99 %');
    expect(formatShare(10, 10)).to.equal('100 %');
    expect(formatShare(0, 0)).to.equal('–');
    expect(formatCount(1_234_567)).to.equal('1\u202f234\u202f567');
  });

  it('makes scales that hold their values and have a few distinct ticks', () => {
    const value = fc.oneof(
      fc.double({ min: -1e299, max: 1e299, noNaN: true }),
      fc.integer({ min: -1000, max: 1000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [least, greatest] = [Math.min(a, b), Math.max(a, b)];
        const { low, high, ticks } = scaleFor(least, greatest);
        const slack = 1e-6 * (high - low);
        expect(high).to.be.above(low);
        expect(low - slack).to.be.at.most(least);
        expect(high + slack).to.be.at.least(greatest);
        expect(ticks.length).to.be.within(2, 7);
        expect(new Set(ticks).size).to.equal(ticks.length);
      }),
    );
  });

  it('writes round times, at most as many as there is room for', () => {
    const start = Date.UTC(2026, 2, 28, 23, 0, 15);
    const ticksOf = (steps: number) => timeTicks(new Bins(start, start + (steps - 1) * 15_000, 15_000), 5);
    expect(ticksOf(480).map(({ label }) => label)).to.deep.equal([
      '23:00',
      '23:30',
      '03-29',
      '00:30',
      '01:00',
    ]);
    expect(ticksOf(4).map(({ label }) => label)).to.deep.equal([
      '23:00:00',
      '23:00:15',
      '23:00:30',
      '23:00:45',
      '23:01:00',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (steps) => {
        const ticks = ticksOf(steps);
        expect(ticks.length).to.be.at.most(6);
        for (const { share } of ticks) expect(share).to.be.within(0, 1);
      }),
    );
  });
});
