import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import { type Calibration, calibrate } from '../../../detector/calibration/calibrate.ts';
import { judge, usedParts } from '../../../detector/calibration/judge.ts';
import { pValue, ranksOf } from '../../../detector/calibration/p-values.ts';
import { PARTS, type Part } from '../../../detector/calibration/parts.ts';
import { ScoredRows } from '../../../detector/calibration/scored-rows.ts';
import { matrixOf } from '../support/matrices.ts';

const exact = (scores: ArrayLike<number>, score: number) =>
  (Array.from(scores).filter((each) => each >= score).length + 1) / (scores.length + 1);

/** Rows as they are judged: behind others, as those of a batch are. */
function judged(
  calibration: Pick<Calibration, 'parts' | 'alpha'>,
  scores: Readonly<Record<Part, ArrayLike<number>>>,
  probabilities: readonly number[] = [1],
): ScoredRows {
  const { length } = scores.classifier;
  const all = new ScoredRows(length + 1, usedParts(calibration), probabilities.length);
  judge(all, 1, calibration, scores, matrixOf(Array.from({ length }, () => probabilities)));
  expect(all.at(0).score).to.equal(0);
  return all;
}

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
    for (const score of judged(calibration, fresh).scores()) if (score > 1) alarms++;
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
    expect(judged(calibration, usual).at(1)).to.deep.include({ score: 0 });
    expect(judged(calibration, { ...usual, rules: [98] }).score(1)).to.be.at.most(1);
    expect(judged(calibration, { ...usual, rules: [98.5] }).score(1)).to.be.greaterThan(1);
  });
});

describe('the class unknown', () => {
  const alpha = 1e-3;
  /** Probabilities of a row whose parts have these p-values. */
  const told = (pValues: Readonly<Record<Part, number>>) => {
    // A score above all of so many rows.
    const ranks = (p: number) => ({ rows: 1 / p - 1, scores: [0], above: [0] });
    const parts = Object.fromEntries(PARTS.map((part) => [part, ranks(pValues[part])]));
    const above = { classifier: [1], novelty: [1], rules: [1], missing: [1] };
    const { probabilities, pValues: found } = judged({ parts, alpha }, above, [0.75, 0.1875, 0.0625]).at(1);
    for (const part of PARTS) expect(found[part]).to.be.closeTo(pValues[part], 1e-12);
    return probabilities;
  };

  it('is what the classifier calls normal and another part does not', () => {
    const all = told({ classifier: 1, novelty: 1e-5, rules: 1, missing: 1 });
    expect(all).to.deep.equal([0, 0.1875, 0.0625, 0.75]);
    const half = told({ classifier: 1, novelty: 1, rules: 10 ** -2.25 / 4, missing: 1 });
    expect(half[3]).to.be.closeTo(0.375, 1e-9);
    expect(half.reduce((a, b) => a + b, 0)).to.be.closeTo(1, 1e-12);
  });

  it('is nothing that is usual, or that is missing alone', () => {
    expect(told({ classifier: 1e-6, novelty: 0.5, rules: 0.1, missing: 1e-6 })[3]).to.equal(0);
  });
});
