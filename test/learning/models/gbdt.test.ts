import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import type { Matrix } from '../../../learning/base/matrix.ts';
import { binBounds, binned } from '../../../learning/models/gbdt/bins.ts';
import { type GrowRules, growTree } from '../../../learning/models/gbdt/grow.ts';
import { HistogramPool } from '../../../learning/models/gbdt/histogram.ts';
import { GBDT_RULES, gbdtProbabilities, trainGbdt } from '../../../learning/models/gbdt/train.ts';
import { type Tree, treeValue } from '../../../learning/models/gbdt/tree.ts';
import { matrices, matrixOf } from '../../detector/support/matrices.ts';

const RULES: GrowRules = { maxLeaves: 2, shrinkage: 1, l2: 1, minHessian: 0.5, minGain: 1e-9 };

function grown(inputs: Matrix, gradients: readonly number[], rules: GrowRules): Tree {
  const { rows, columns } = inputs;
  const bounds = binBounds(inputs);
  const perRow = () => new Float64Array(rows);
  const derivatives = { gradients: Float64Array.from(gradients), hessians: perRow().fill(1) };
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  const used = Array.from({ length: columns }, (_, i) => i);
  return growTree({ rows, bins: binned(inputs, bounds), bounds }, derivatives, order, used, rules, {
    pool: new HistogramPool(columns),
    gathered: { gradients: perRow(), hessians: perRow() },
    scratch: new Int32Array(rows),
  });
}

const worth = (g: number, h: number) => (g * g) / (h + RULES.l2);

/** How much the loss falls when these rows go left. */
function gainOf(gradients: readonly number[], isLeft: readonly boolean[]): number {
  const sum = (side: boolean) => gradients.reduce((all, g, i) => (isLeft[i] === side ? all + g : all), 0);
  const count = (side: boolean) => isLeft.filter((own) => own === side).length;
  if (count(true) === 0 || count(false) === 0) return 0;
  const whole = worth(sum(true) + sum(false), gradients.length);
  return worth(sum(true), count(true)) + worth(sum(false), count(false)) - whole;
}

/** The best of all splits that there are: each column, between each two of its values, missing ones on either side. */
function bestGain({ rows, columns, values }: Matrix, gradients: readonly number[]): number {
  let best = 0;
  for (let column = 0; column < columns; column++) {
    const own = Array.from({ length: rows }, (_, row) => values[row * columns + column] as number);
    for (const threshold of own.filter((value) => !Number.isNaN(value)))
      for (const missingLeft of [true, false]) {
        const isLeft = own.map((value) => (Number.isNaN(value) ? missingLeft : value <= threshold));
        best = Math.max(best, gainOf(gradients, isLeft));
      }
  }
  return best;
}

/** Points of three classes, told by two of the columns, some values missing. */
function threeClasses(rows: number, seed: number) {
  const random = randomFrom(seed);
  const columns = 6;
  const values = new Float32Array(rows * columns).map(() => (random() < 0.05 ? Number.NaN : random()));
  const classes = new Uint16Array(rows).map((_, row) => {
    const [a = 0, b = 0] = [values[row * columns], values[row * columns + 3]];
    return a > 0.6 ? 1 : b > 0.7 ? 2 : 0;
  });
  return { inputs: { rows, columns, values }, classes };
}

describe('gradient boosting', () => {
  it('splits where an exact search would', () => {
    fc.assert(
      fc.property(
        matrices(3, 2, 30),
        fc.infiniteStream(fc.integer({ min: -8, max: 8 })),
        (inputs, stream) => {
          const gradients = Array.from(stream.take(inputs.rows));
          const tree = grown(inputs, gradients, RULES);
          const best = bestGain(inputs, gradients);
          if (best <= 1e-6) return;
          expect(tree.columns.length).to.equal(3);
          const leaves = Array.from({ length: inputs.rows }, (_, row) =>
            treeValue({ ...tree, values: Float32Array.from([0, 1, 0]) }, inputs.values, row * inputs.columns),
          );
          expect(
            gainOf(
              gradients,
              leaves.map((leaf) => leaf === 1),
            ),
          ).to.be.closeTo(best, 1e-6);
        },
      ),
    );
  });

  it('gives each leaf the Newton step of its own rows, by histograms that are what is left of others too', () => {
    fc.assert(
      fc.property(
        matrices(5, 8, 60),
        fc.infiniteStream(fc.integer({ min: -8, max: 8 })),
        (inputs, stream) => {
          const gradients = Array.from(stream.take(inputs.rows));
          const tree = grown(inputs, gradients, { ...RULES, maxLeaves: 6, shrinkage: 0.1 });
          const numbers = Float32Array.from(tree.values, (_, node) => node);
          const leaves = Array.from({ length: inputs.rows }, (_, row) =>
            treeValue({ ...tree, values: numbers }, inputs.values, row * inputs.columns),
          );
          for (const leaf of new Set(leaves)) {
            const own = gradients.filter((_, row) => leaves[row] === leaf);
            const sum = own.reduce((a, b) => a + b, 0);
            expect(tree.values[leaf]).to.be.closeTo((-0.1 * sum) / (own.length + RULES.l2), 1e-6);
          }
        },
      ),
    );
  });

  it('takes every value of a column with few for a bin of its own, and never puts a bound on the wrong side', () => {
    fc.assert(
      fc.property(matrices(1, 1, 300), (inputs) => {
        const bins = binned(inputs, binBounds(inputs));
        const known = [...inputs.values.entries()].filter(([, value]) => !Number.isNaN(value));
        const ascending = known.sort(([, a], [, b]) => a - b);
        for (const [i, [row, value]] of ascending.entries()) {
          const [before, lower] = ascending[i - 1] ?? [];
          if (before === undefined) continue;
          const step = (bins[row] as number) - (bins[before] as number);
          if (value === lower) expect(step).to.equal(0);
          else if (ascending.length <= 255) expect(step).to.equal(1);
          else expect(step).to.be.oneOf([0, 1]);
        }
        inputs.values.forEach((value, row) => void expect(bins[row] === 0).to.equal(Number.isNaN(value)));
      }),
    );
  });

  it('has about as many rows in each bin of a column with many values', () => {
    const random = randomFrom(7);
    const rows = 50_000;
    const inputs = { rows, columns: 1, values: new Float32Array(rows).map(() => random() ** 4) };
    const bins = binned(inputs, binBounds(inputs));
    const counts = new Uint32Array(256);
    for (const bin of bins) counts[bin] = (counts[bin] as number) + 1;
    const used = counts.subarray(1).filter((count) => count > 0);
    expect(used.length).to.be.greaterThan(240);
    expect(Math.max(...used)).to.be.lessThan((1.5 * rows) / 255);
  });

  it('learns classes, the same by the same seed, and stops when other rows no longer gain', () => {
    const [learned, others] = [threeClasses(3_000, 1), threeClasses(1_000, 2)];
    const rules = { ...GBDT_RULES, rounds: 60, patience: 5, seed: 3 };
    const model = trainGbdt(learned, others, 3, rules);
    const { values } = gbdtProbabilities(model, others.inputs);
    const right = [...others.classes].filter((own, row) => {
      const probabilities = values.subarray(3 * row, 3 * row + 3);
      return probabilities.indexOf(Math.max(...probabilities)) === own;
    });
    expect(right.length / others.classes.length).to.be.greaterThan(0.93);
    expect(trainGbdt(learned, others, 3, rules)).to.deep.equal(model);
    expect(trainGbdt(learned, others, 3, { ...rules, seed: 4 })).not.to.deep.equal(model);
    const noise = { inputs: learned.inputs, classes: learned.classes.map((_, row) => row % 3) };
    const stopped = trainGbdt(
      noise,
      { inputs: others.inputs, classes: others.classes.map((_, row) => row % 3) },
      3,
      rules,
    );
    expect(stopped.rounds.length).to.be.lessThan(model.rounds.length);
  });

  it('learns from the absence of a value, to either side', () => {
    for (const missingIs of [0, 1]) {
      const rows = Array.from({ length: 200 }, (_, i) => [i % 2 === missingIs ? Number.NaN : i]);
      const classes = Uint16Array.from(rows, (_, i) => i % 2);
      const model = trainGbdt({ inputs: matrixOf(rows), classes }, undefined, 2, {
        ...GBDT_RULES,
        rounds: 20,
        rowShare: 1,
        columnShare: 1,
        seed: 1,
      });
      const { values } = gbdtProbabilities(model, matrixOf([[Number.NaN], [50]]));
      expect(values[missingIs]).to.be.greaterThan(0.8);
      expect(values[2 + missingIs]).to.be.lessThan(0.2);
    }
  });
});
