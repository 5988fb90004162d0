import { expect } from 'chai';
import fc from 'fast-check';
import { HIGHEST } from '../../../learning/models/gbdt/bins.ts';
import { forestOf } from '../../../learning/models/gbdt/forest.ts';
import { forestProbabilities } from '../../../learning/models/gbdt/forest-probabilities.ts';
import { GBDT_RULES, trainGbdt } from '../../../learning/models/gbdt/train.ts';
import { type Tree, treeValue } from '../../../learning/models/gbdt/tree.ts';
import { softmax } from '../../../learning/models/softmax.ts';
import { matrices } from '../../detector/support/matrices.ts';

const COLUMNS = 5;
const CLASSES = 3;
const isHuge = ({ values }: Tree) => values.some((value) => Math.abs(value) > 1);

/** A tree of any shape, which sends some rows with nothing to either side. */
const trees: fc.Arbitrary<Tree> = fc
  .array(
    fc.record({
      leaf: fc.nat(),
      column: fc.nat(COLUMNS - 1),
      threshold: fc.oneof(
        fc.integer({ min: -2, max: 2 }),
        fc.constantFrom(HIGHEST, Number.NEGATIVE_INFINITY),
      ),
      missingLeft: fc.nat(1),
    }),
    { maxLength: 12 },
  )
  .chain((splits) =>
    fc.record({
      splits: fc.constant(splits),
      values: fc.array(
        fc.oneof(
          fc.float({ min: -1, max: 1, noNaN: true }),
          fc.constantFrom(0, 1e30, -1e30, Math.fround(1e-30)),
        ),
        { minLength: 2 * splits.length + 1, maxLength: 2 * splits.length + 1 },
      ),
    }),
  )
  .map(({ splits, values }) => {
    const columns = Int32Array.from(values, () => -1);
    const [left, right, thresholds] = [columns.slice(), columns.slice(), new Float32Array(values.length)];
    const missingLeft = new Uint8Array(values.length);
    const leaves = [0];
    splits.forEach((split, i) => {
      const [node = 0] = leaves.splice(split.leaf % leaves.length, 1);
      columns[node] = split.column;
      thresholds[node] = split.threshold;
      missingLeft[node] = split.missingLeft;
      left[node] = 2 * i + 1;
      right[node] = 2 * i + 2;
      leaves.push(2 * i + 1, 2 * i + 2);
    });
    return { columns, thresholds, missingLeft, left, right, values: Float32Array.from(values) };
  });

describe('an ensemble put together', () => {
  it('of whatever trees and values gives a row the same alone, among others, and tree by tree', () => {
    const rounds = fc.array(fc.tuple(trees, trees), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rounds, matrices(COLUMNS, 1, 80), (all, rows) => {
        const forest = forestOf([0.5, -0.5], all);
        const found = forestProbabilities(forest, rows);
        for (let row = 0; row < rows.rows; row++) {
          const own = rows.values.slice(row * COLUMNS, (row + 1) * COLUMNS);
          const alone = forestProbabilities(forest, { rows: 1, columns: COLUMNS, values: own });
          expect(alone.values).to.deep.equal(found.values.slice(2 * row, 2 * row + 2));
          const sums = Float64Array.of(0.5, -0.5).map((base, to) =>
            all.reduce((sum, round) => sum + treeValue(round[to] as Tree, own, 0), base),
          );
          // What is lost beside 1e30 is lost in another order.
          if (all.flat().some(isHuge)) continue;
          softmax(sums);
          sums.forEach((wanted, to) => void expect(alone.values[to]).to.be.closeTo(wanted, 1e-6));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives each row what its trees add up to one by one, whatever rows come with it', () => {
    fc.assert(
      fc.property(matrices(COLUMNS, 8, 60), matrices(COLUMNS, 1, 200), fc.nat(), (inputs, rows, seed) => {
        const classes = Uint16Array.from({ length: inputs.rows }, (_, row) => (row * (seed % 7)) % CLASSES);
        const rules = { ...GBDT_RULES, rounds: 5, minHessian: 0.05, seed };
        const { base, rounds } = trainGbdt({ inputs, classes }, undefined, CLASSES, rules);
        const forest = forestOf(base, rounds);
        const all = forestProbabilities(forest, rows);
        for (let row = 0; row < rows.rows; row++) {
          const own = rows.values.slice(row * COLUMNS, (row + 1) * COLUMNS);
          const alone = forestProbabilities(forest, { rows: 1, columns: COLUMNS, values: own });
          const found = all.values.slice(row * CLASSES, (row + 1) * CLASSES);
          expect(alone.values).to.deep.equal(found);
          const sums = Float64Array.from(base, (start, to) =>
            rounds.reduce((sum, round) => {
              const tree = round[to];
              return tree === undefined ? sum : sum + treeValue(tree, own, 0);
            }, start),
          );
          softmax(sums);
          sums.forEach((wanted, to) => void expect(found[to]).to.be.closeTo(wanted, 1e-6));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('sends infinities and what is missing where a tree sends them', () => {
    const tree = (missingLeft: number) => ({
      columns: Int32Array.of(0, -1, -1),
      thresholds: Float32Array.of(2, 0, 0),
      missingLeft: Uint8Array.of(missingLeft, 0, 0),
      left: Int32Array.of(1, 0, 0),
      right: Int32Array.of(2, 0, 0),
      values: Float32Array.of(0, 5, -5),
    });
    const values = Float32Array.of(Number.NEGATIVE_INFINITY, 2, 3, Number.POSITIVE_INFINITY, Number.NaN);
    for (const missingLeft of [0, 1]) {
      const forest = forestOf([0, 0], [[tree(missingLeft), tree(missingLeft)]]);
      const single = forestOf([0, 0], [[tree(missingLeft)]]);
      const said = forestProbabilities(single, { rows: values.length, columns: 1, values });
      const isLeft = [...values.keys()].map((row) => (said.values[2 * row] as number) > 0.5);
      expect(isLeft).to.deep.equal([true, true, false, false, missingLeft === 1]);
      expect(forestProbabilities(forest, { rows: 1, columns: 1, values }).values[0]).to.equal(0.5);
    }
  });
});
