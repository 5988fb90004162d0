import { expect } from 'chai';
import fc from 'fast-check';
import { forestOf, forestProbabilities } from '../../../learning/models/gbdt/forest.ts';
import { GBDT_RULES, trainGbdt } from '../../../learning/models/gbdt/train.ts';
import { treeValue } from '../../../learning/models/gbdt/tree.ts';
import { softmax } from '../../../learning/models/softmax.ts';
import { matrices } from '../../detector/support/matrices.ts';

const COLUMNS = 5;
const CLASSES = 3;

describe('an ensemble put together', () => {
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
