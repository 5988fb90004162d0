import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import { symmetricEigen } from '../../../detector/models/eigen.ts';
import { fitPca, pcaErrorsOf } from '../../../detector/models/pca.ts';
import { classWeights } from '../../../learning/models/examples.ts';
import { logisticProbabilities, trainLogistic } from '../../../learning/models/logistic.ts';
import { matrixOf } from '../support/matrices.ts';

describe('eigenvectors', () => {
  it('put a symmetric matrix together, are of unit length, and come by size', () => {
    const size = 6;
    const entries = fc.array(fc.integer({ min: -9, max: 9 }), {
      minLength: size * size,
      maxLength: size * size,
    });
    fc.assert(
      fc.property(entries, (half) => {
        const matrix = Float64Array.from(half, (_, at) => {
          const [i, j] = [Math.floor(at / size), at % size];
          return half[Math.min(i, j) * size + Math.max(i, j)] as number;
        });
        const { values, vectors } = symmetricEigen(matrix, size);
        expect([...values]).to.deep.equal([...values].toSorted((a, b) => b - a));
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) {
            const sum = (of: (k: number) => number) =>
              Array.from({ length: size }, (_, k) => of(k)).reduce((a, b) => a + b, 0);
            const again = sum(
              (k) => (values[k] as number) * (vectors[k]?.[i] as number) * (vectors[k]?.[j] as number),
            );
            expect(again).to.be.closeTo(matrix[i * size + j] as number, 1e-9);
            const product = sum((k) => (vectors[i]?.[k] as number) * (vectors[j]?.[k] as number));
            expect(product).to.be.closeTo(i === j ? 1 : 0, 1e-9);
          }
      }),
    );
  });
});

describe('principal components', () => {
  const random = randomFrom(5);
  /** On a plane through four dimensions. */
  const flat = Array.from({ length: 200 }, () => {
    const [a, b] = [random() - 0.5, random() - 0.5];
    return [a, b, a + b, 3 * a - b];
  });

  it('leave nothing of what lies where normal rows lie, and much of what does not', () => {
    const pca = fitPca(matrixOf(flat), [0, 1, 2, 3]);
    const { values } = pcaErrorsOf(pca)(
      matrixOf([
        [0.2, 0.1, 0.3, 0.5],
        [0.2, 0.1, -0.3, 0.5],
        [0.2, Number.NaN, 0.2, 0.6],
      ]),
    );
    expect(values[0]).to.be.lessThan(1e-3);
    expect(values[1]).to.be.greaterThan(0.1);
    expect(values[2]).to.be.lessThan(0.1);
  });

  it('can be of a column that never moved', () => {
    const pca = fitPca(
      matrixOf([
        [1, 1],
        [1, 1],
      ]),
      [0, 1],
    );
    expect([...pcaErrorsOf(pca)(matrixOf([[1, 1]])).values]).to.deep.equal([0]);
  });
});

describe('logistic regression', () => {
  const random = randomFrom(6);
  const rows = Array.from({ length: 1_200 }, (_, i) => [
    random() + (i % 3 === 1 ? 0.7 : 0),
    100 * random() + (i % 3 === 2 ? 70 : 0),
  ]);
  const examples = { inputs: matrixOf(rows), classes: Uint16Array.from(rows, (_, i) => i % 3) };

  it('tells classes that a line tells, the same by the same seed', () => {
    const model = trainLogistic(examples, examples, 3, 1);
    const { values } = logisticProbabilities(
      model,
      matrixOf([
        [0.1, 10],
        [1.6, 10],
        [0.1, 160],
      ]),
    );
    for (const [row, own] of [0, 1, 2].entries()) expect(values[3 * row + own]).to.be.greaterThan(0.8);
    expect(trainLogistic(examples, examples, 3, 1)).to.deep.equal(model);
  });

  it('counts rare classes as much as others, within bounds', () => {
    const classes = Uint16Array.from({ length: 1_000 }, (_, i) => (i < 900 ? 0 : i < 999 ? 1 : 2));
    const [most, less, least] = classWeights(classes, 3) as unknown as [number, number, number];
    expect((less * 99) / (most * 900)).to.be.closeTo(1, 1e-9);
    expect(least / most).to.be.closeTo(20, 1e-9);
    expect((most * 900 + less * 99 + least) / 1_000).to.be.closeTo(1, 1e-9);
  });
});
