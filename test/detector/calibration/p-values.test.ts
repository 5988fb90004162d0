import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import { calibrate, judge, withUnknown } from '../../../detector/calibration/calibrate.ts';
import { pValue, ranksOf } from '../../../detector/calibration/p-values.ts';
import { PARTS } from '../../../detector/calibration/parts.ts';

const exact = (scores: ArrayLike<number>, score: number) =>
  (Array.from(scores).filter((each) => each >= score).length + 1) / (scores.length + 1);

describe('conformal p-values', () => {
  it('are the share of calibration rows that are as unusual', () => {
    const scores = fc.array(fc.float({ min: 0, max: 4, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.float({ min: -1, max: 5, noNaN: true }), fc.nat(), (all, other, at) => {
        const own = Float32Array.from(all);
        for (const score of [other, own[at % own.length] as number])
          expect(pValue(ranksOf(own), score)).to.equal(exact(own, score));
      }),
    );
    expect(pValue(ranksOf(Float32Array.of(1, 2)), Number.NaN)).to.equal(1);
  });

  it('of many rows are exact among the most unusual, and never too small', () => {
    const random = randomFrom(2);
    const all = new Float32Array(30_000).map(random);
    const ranks = ranksOf(all);
    expect(ranks.scores.length).to.be.lessThan(2_200);
    const sorted = all.toSorted();
    for (let i = 0; i < 200; i++) {
      const score = random();
      const [found, wanted] = [pValue(ranks, score), exact(all, score)];
      expect(found).to.be.within(wanted, wanted + 0.002);
    }
    for (const i of [1, 10, 500, 900]) {
      const score = sorted[sorted.length - i] as number;
      expect(pValue(ranks, score)).to.equal(exact(all, score));
    }
  });

  it('keep the budget on rows like those of the calibration, all parts together', () => {
    const random = randomFrom(8);
    const scores = (rows: number) => {
      const each = () => new Float32Array(rows).map(random);
      return {
        classifier: each(),
        novelty: each(),
        rules: each().map((value) => (value > 0.99 ? value : 0)),
        missing: each(),
      };
    };
    const calibration = calibrate(scores(5_000), new Float32Array(5_000), PARTS, 15_000, 60);
    expect(calibration.alpha).to.equal(60 / 5_760);
    expect(calibration.carried).to.equal(60);
    const fresh = scores(40_000);
    let alarms = 0;
    for (let row = 0; row < 40_000; row++) {
      if (judge(calibration, fresh, row).score > 1) alarms++;
    }
    expect(alarms / 40_000).to.be.lessThan(1.3 * calibration.alpha);
    expect(alarms / 40_000).to.be.greaterThan(0.3 * calibration.alpha);
  });

  it('of few rows carry more false alarms than were asked for, and say so; one above all is an alarm', () => {
    const each = Float32Array.from({ length: 99 }, (_, i) => i);
    const scores = { classifier: each, novelty: each, rules: each, missing: each };
    const calibration = calibrate(scores, each, PARTS, 15_000, 1);
    expect(calibration.alpha).to.equal(8 / 100);
    expect(calibration.carried).to.be.closeTo(460.8, 1e-9);
    const usual = { classifier: [5], novelty: [5], rules: [5], missing: [5] };
    expect(judge(calibration, usual, 0)).to.deep.include({ score: 0 });
    expect(judge(calibration, { ...usual, rules: [98] }, 0).score).to.be.at.most(1);
    expect(judge(calibration, { ...usual, rules: [98.5] }, 0).score).to.be.greaterThan(1);
  });
});

describe('the class unknown', () => {
  const alpha = 1e-3;
  const told = (pValues: Record<string, number>) =>
    withUnknown([0.9, 0.08, 0.02], { score: 0, pValues }, { alpha });

  it('is what the classifier calls normal and another part does not', () => {
    const all = told({ classifier: 1, novelty: 1e-5, rules: 1, missing: 1 });
    expect(all).to.deep.equal([0, 0.08, 0.02, 0.9]);
    const half = told({ classifier: 1, novelty: 1, rules: 10 ** -2.25 / 4, missing: 1 });
    expect(half[3]).to.be.closeTo(0.45, 1e-9);
    expect(half.reduce((a, b) => a + b, 0)).to.be.closeTo(1, 1e-12);
  });

  it('is nothing that is usual, or that is missing alone', () => {
    expect(told({ classifier: 1e-6, novelty: 0.5, rules: 0.1, missing: 1e-6 })[3]).to.equal(0);
  });
});
