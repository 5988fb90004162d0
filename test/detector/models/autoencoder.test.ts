import { expect } from 'chai';
import { randomFrom } from '../../../common/random.ts';
import { type Autoencoder, autoencoderErrorsOf } from '../../../detector/models/network/autoencoder.ts';
import { trainAutoencoder } from '../../../detector/models/network/train-autoencoder.ts';
import { fitPca, pcaErrorsOf } from '../../../detector/models/pca.ts';
import type { Matrix } from '../../../learning/base/matrix.ts';
import { matrixOf } from '../support/matrices.ts';

const FEATURES = [0, 1, 2, 4];

/** Rows on a curve that no plane holds: a feature is missing now and then, one never moves, and one is looked at by nobody. */
function curve(rows: number, seed: number): number[][] {
  const random = randomFrom(seed);
  return Array.from({ length: rows }, () => {
    const angle = Math.PI * random();
    const [x, y, z] = [1, 2, 3].map((times) => Math.cos(times * angle) + 0.02 * random()) as [
      number,
      number,
      number,
    ];
    return [x, random() < 0.02 ? Number.NaN : y, z, 100 * random(), 7];
  });
}

/** The same, each feature of another row. */
function torn(rows: number, seed: number): number[][] {
  const [one, other, third] = [curve(rows, seed), curve(rows, seed + 1), curve(rows, seed + 2)];
  return one.map(([x = 0, , , ...rest], i) => [x, other[i]?.[1] ?? 0, third[i]?.[2] ?? 0, ...rest]);
}

describe('an autoencoder', () => {
  const rules = { rate: 5e-3, epochs: 40, patience: 10, seed: 4 };
  const [normal, others] = [matrixOf(curve(3_000, 1)), matrixOf(curve(600, 2))];
  let autoencoder: Autoencoder;

  before(async () => {
    autoencoder = await trainAutoencoder(normal, others, FEATURES, rules);
  });

  it('misses rows like those that it has learned from by about as much as usual', () => {
    const { values } = autoencoderErrorsOf(autoencoder)(matrixOf(curve(500, 3)));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // Of four features the one that never moves is hardly missed.
    expect(mean).to.be.within(0.4, 1.5);
  });

  it('misses a row the same alone and beside others', () => {
    const errorsOf = autoencoderErrorsOf(autoencoder);
    const rows = curve(31, 7);
    const alone = rows.map((row) => errorsOf(matrixOf([row])).values[0]);
    expect([...errorsOf(matrixOf(rows)).values]).to.deep.equal(alone);
  });

  it('sees what lies off a curve, which no plane tells', () => {
    const [usual, strange] = [matrixOf(curve(400, 5)), matrixOf(torn(400, 6))];
    const shareAbove = (errors: (rows: Matrix) => Matrix) => {
      const ascending = [...errors(usual).values].sort((a, b) => a - b);
      const high = ascending[Math.floor(0.95 * ascending.length)] as number;
      return errors(strange).values.filter((value) => value > high).length / strange.rows;
    };
    const [planes, own] = [pcaErrorsOf(fitPca(normal, FEATURES)), autoencoderErrorsOf(autoencoder)].map(
      shareAbove,
    ) as [number, number];
    expect(own).to.be.greaterThan(0.5);
    expect(own).to.be.greaterThan(planes + 0.2);
  });

  it('is the same by the same seed, and takes what is missing for usual', async () => {
    const short = { ...rules, epochs: 2 };
    const train = (seed: number) => trainAutoencoder(normal, others, FEATURES, { ...short, seed });
    expect(await train(3)).to.deep.equal(await train(3));
    expect((await train(4)).layers).not.to.deep.equal((await train(3)).layers);
    const errors = autoencoderErrorsOf(autoencoder);
    const [x = 0, , ...rest] = curve(1, 7)[0] as number[];
    const mean = autoencoder.standard.means[1] as number;
    const [missing, usual] = errors(
      matrixOf([
        [x, Number.NaN, ...rest],
        [x, mean, ...rest],
      ]),
    ).values;
    expect(missing).to.be.closeTo(usual as number, 1e-6);
  });

  it('stops when other rows without an attack are missed by no less', async () => {
    const random = randomFrom(8);
    const noise = matrixOf(Array.from({ length: 300 }, () => FEATURES.concat(0).map(() => 50 * random())));
    let epochs = 0;
    await trainAutoencoder(normal, noise, FEATURES, { ...rules, epochs: 40, patience: 2 }, () => {
      epochs++;
    });
    expect(epochs).to.be.lessThan(40);
  });

  it('learns from a single row, and from a single feature', async () => {
    const one = matrixOf([[1, 2]]);
    const own = await trainAutoencoder(one, one, [1], { ...rules, epochs: 1 });
    expect(Number.isFinite(autoencoderErrorsOf(own)(one).values[0])).to.equal(true);
  });
});
