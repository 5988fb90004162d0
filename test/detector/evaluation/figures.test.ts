import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import { poissonInterval, upperBound } from '../../../detector/evaluation/poisson.ts';
import { growIsolationForest, isolationScores } from '../../../detector/models/isolation-forest.ts';
import { bootstrapInterval, shareInterval } from '../../../learning/measures/bootstrap.ts';
import { averagePrecision, vusPr } from '../../../learning/measures/curves.ts';
import { matrixOf } from '../support/matrices.ts';

describe('detector/evaluation: intervals', () => {
  // Two-sided, 95 %: Garwood's table, as R's poisson.test gives it.
  for (const [count, low, high] of [
    [0, 0, 3.688879],
    [1, 0.02531781, 5.571643],
    [2, 0.2422093, 7.224688],
    [5, 1.623486, 11.66833],
    [10, 4.795389, 18.39036],
    [100, 81.36396, 121.6271],
  ] as const)
    it(`of a Poisson count of ${count} are exact`, () => {
      const [found, to] = poissonInterval(count);
      expect(found).to.be.closeTo(low, 1e-4);
      expect(to).to.be.closeTo(high, 1e-3);
    });

  it('of no, one and two false alarms need 3.0, 4.7 and 6.3 days for one a day', () => {
    const days = [0, 1, 2].map((count) => upperBound(count, 0.95).toFixed(1));
    expect(days).to.deep.equal(['3.0', '4.7', '6.3']);
  });

  it('by bootstrap hold the true mean about as often as they promise', () => {
    const random = randomFrom(3);
    let held = 0;
    const trials = 120;
    for (let trial = 0; trial < trials; trial++) {
      const groups = Array.from({ length: 12 }, () =>
        Array.from({ length: 10 }, () => (random() < 0.6 ? 1 : 0)),
      );
      const [low, high] = bootstrapInterval(groups, trial) as readonly [number, number];
      if (low <= 0.6 && 0.6 <= high) held++;
    }
    expect(held / trials).to.be.within(0.85, 1);
  });

  it('by bootstrap are wider where nodes differ than where they do not', () => {
    const width = (groups: number[][]) => {
      const [low, high] = bootstrapInterval(groups, 1) as readonly [number, number];
      return high - low;
    };
    const alike = Array.from({ length: 6 }, () => [0, 1, 0, 1, 0, 1, 0, 1]);
    const apart = Array.from({ length: 6 }, (_, i) => Array.from({ length: 8 }, () => i % 2));
    expect(width(apart)).to.be.greaterThan(1.5 * width(alike));
  });

  it('of a share that is all or nothing are exact: seven of seven may well be six of ten', () => {
    expect(
      shareInterval(
        [
          [1, 1, 1],
          [1, 1, 1, 1],
        ],
        1,
      )?.[0],
    ).to.be.closeTo(0.5904, 1e-4);
    expect(shareInterval([[0, 0, 0, 0, 0]], 1)?.[1]).to.be.closeTo(0.5218, 1e-4);
    expect(shareInterval([[], []], 1)).to.equal(undefined);
  });
});

describe('detector/evaluation: curves', () => {
  const judged = (scores: readonly number[], isAttack: readonly boolean[]) => ({
    scores: Float32Array.from(scores),
    isAttack,
  });
  const T = true;
  const F = false;

  it('give an average precision as scikit-learn does', () => {
    // average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) = 0.8333
    expect(averagePrecision([judged([0.1, 0.4, 0.35, 0.8], [F, F, T, T])])).to.be.closeTo(0.8333, 1e-4);
    // Equal scores count together: average_precision_score([1, 0, 1, 0], [1, 1, 0, 0]) = 0.5
    expect(averagePrecision([judged([1, 1, 0, 0], [T, F, T, F])])).to.equal(0.5);
    expect(averagePrecision([judged([1, 2], [F, F])])).to.equal(undefined);
  });

  it('without a buffer, VUS-PR of perfect scores is 1, and every buffer costs a perfect score little', () => {
    const isAttack = Array.from({ length: 200 }, (_, i) => i % 50 > 39);
    const perfect = [judged(isAttack.map(Number), isAttack)];
    expect(vusPr(perfect, 0)).to.be.closeTo(1, 1e-9);
    expect(vusPr(perfect, 8)).to.be.greaterThan(0.8);
  });

  it('reward what is a little late far more than what is elsewhere', () => {
    const isAttack = Array.from({ length: 300 }, (_, i) => i % 60 > 49);
    const shifted = (by: number) => [
      judged(
        isAttack.map((_, i) => Number(isAttack[(i - by + 300) % 300])),
        isAttack,
      ),
    ];
    const [own, late, elsewhere] = [0, 2, 25].map((by) => vusPr(shifted(by), 8) as number) as [
      number,
      number,
      number,
    ];
    expect(own).to.be.greaterThan(late);
    expect(late).to.be.greaterThan(2 * elsewhere);
  });

  it('lie between 0 and 1 whatever the scores', () => {
    const rows = fc.array(fc.tuple(fc.float({ noNaN: true }), fc.boolean()), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 3 }), (nodes) => {
        const all = nodes.map((own) =>
          judged(
            own.map(([score]) => score),
            own.map(([, attack]) => attack),
          ),
        );
        for (const value of [averagePrecision(all), vusPr(all, 6)])
          if (value !== undefined) expect(value).to.be.within(0, 1 + 1e-9);
      }),
      { numRuns: 60 },
    );
  });
});

describe('detector/models: an isolation forest', () => {
  it('finds what lies apart, the same for the same seed', () => {
    const random = randomFrom(5);
    const rows = Array.from({ length: 400 }, () => [random(), random(), random()]);
    const inputs = matrixOf([...rows, [9, 9, 9], [0.5, 0.5, 7], [Number.NaN, 0.5, 0.5]]);
    const forest = growIsolationForest(matrixOf(rows), 7);
    const scores = isolationScores(forest, inputs);
    const usual = [...scores.subarray(0, 400)].sort((a, b) => a - b);
    expect(scores[400]).to.be.greaterThan(usual.at(-1) as number);
    expect(scores[401]).to.be.greaterThan(usual[200] as number);
    expect(scores.every((score) => score > 0 && score <= 1)).to.equal(true);
    expect(isolationScores(growIsolationForest(matrixOf(rows), 7), inputs)).to.deep.equal(scores);
  });

  it('of rows that are all alike calls none of them unusual', () => {
    const inputs = matrixOf(Array.from({ length: 20 }, () => [1, 2]));
    const scores = isolationScores(growIsolationForest(inputs, 1), inputs);
    expect(new Set(scores).size).to.equal(1);
  });
});
