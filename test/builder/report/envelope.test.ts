import { expect } from 'chai';
import fc from 'fast-check';
import { Bins, runsOf } from '../../../builder/report/bins.ts';
import { Envelope, extent, pathOf } from '../../../builder/report/envelope.ts';

const START_MS = Date.UTC(2026, 10, 23);
const STEP_MS = 15_000;

describe('builder report downsampling', () => {
  it('keeps the smallest and the largest value of every bin, and breaks where there is none', () => {
    const samples = fc.array(
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e299, min: -1e299 })),
      {
        minLength: 1,
        maxLength: 2000,
      },
    );
    fc.assert(
      fc.property(samples, (values) => {
        const last = START_MS + (values.length - 1) * STEP_MS;
        const bins = new Bins(START_MS, last, STEP_MS);
        const envelope = new Envelope(bins.count);
        const expected = Array.from({ length: bins.count }, () => [] as number[]);
        values.forEach((value, i) => {
          const bin = bins.of(START_MS + i * STEP_MS);
          envelope.add(bin, value ?? Number.NaN);
          if (value !== null) expected[bin]?.push(value);
        });
        expected.forEach((own, bin) => {
          expect(envelope.low[bin]).to.deep.equal(own.length === 0 ? Number.NaN : Math.min(...own));
          expect(envelope.high[bin]).to.deep.equal(own.length === 0 ? Number.NaN : Math.max(...own));
        });
        const present = values.filter((value) => value !== null);
        expect(extent([envelope])).to.deep.equal(
          present.length === 0 ? undefined : [Math.min(...present), Math.max(...present)],
        );
        const starts = runsOf(Array.from(envelope.low, (low) => !Number.isNaN(low))).filter(
          ([has]) => has,
        ).length;
        expect(pathOf(envelope, () => 7).match(/M/g) ?? []).to.have.length(starts);
      }),
      { numRuns: 50 },
    );
  });

  it('makes a bounded number of bins of any time, none of them without a step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), (steps) => {
        const bins = new Bins(START_MS, START_MS + (steps - 1) * STEP_MS, STEP_MS);
        expect(bins.steps).to.equal(steps);
        expect(bins.count).to.be.within(1, 360);
        expect(bins.of(START_MS)).to.equal(0);
        expect(bins.of(START_MS + (steps - 1) * STEP_MS)).to.equal(bins.count - 1);
        const all = Array.from({ length: bins.count }, (_, bin) => bins.stepsIn(bin));
        expect(Math.min(...all)).to.be.above(0);
        expect(all.reduce((sum, own) => sum + own, 0)).to.equal(steps);
      }),
    );
  });

  it('draws a lone value as a dot and a spike as a vertical line', () => {
    const envelope = new Envelope(5);
    envelope.add(0, 1);
    envelope.add(2, 1);
    envelope.add(2, 3);
    envelope.add(3, 3);
    expect(pathOf(envelope, (value) => 10 * value)).to.equal('M0.5 10h0M2.5 10V30L3.5 30');
  });

  it('leaves out what no axis can show', () => {
    const envelope = new Envelope(1);
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1.7e308])
      envelope.add(0, value);
    expect(extent([envelope])).to.equal(undefined);
  });

  it('finds runs of equal neighbours', () => {
    expect(runsOf([1, 1, 2, 1])).to.deep.equal([
      [1, 0, 2],
      [2, 2, 3],
      [1, 3, 4],
    ]);
  });
});
