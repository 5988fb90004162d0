import { expect } from 'chai';
import fc from 'fast-check';
import {
  chooseNovelty,
  chosenKind,
  episodePrecision,
  type JudgedEpisode,
} from '../../../detector/training/novelty-rule.ts';
import { averagePrecision } from '../../../learning/measures/curves.ts';

/** Episodes of two classes, in which the autoencoder is better by these. */
const episodes = (...differences: readonly number[]): JudgedEpisode[] =>
  differences.map((difference, i) => ({
    label: i % 2 === 0 ? 'implant' : 'scan',
    pca: 0.5,
    autoencoder: 0.5 + difference,
  }));

describe('the choice between principal components and an autoencoder', () => {
  it('keeps principal components unless the lower bound is above 0, and writes down why', () => {
    const better = chooseNovelty(episodes(0.1, 0.2, 0.15, 0.1, 0.2, 0.3), 1);
    expect(chosenKind(better)).to.equal('autoencoder');
    expect(better.reason).to.match(
      /^the autoencoder: the autoencoder's average precision less that of principal components is 0\.175 \(95 %: 0\.1\d\d to 0\.2\d\d\) over 6 attacks of 2 classes that neither has seen; the lower bound must be above 0$/,
    );
    for (const differences of [
      [0.4, -0.3, 0.3, -0.2, 0.4, -0.1],
      [0, 0, 0, 0, 0, 0],
      [-0.1, -0.1, -0.1, -0.1, -0.1],
    ]) {
      const choice = chooseNovelty(episodes(...differences), 1);
      expect(chosenKind(choice)).to.equal('pca');
      expect(choice.reason).to.match(/^principal components: the autoencoder's average precision less/);
    }
  });

  it('is not made from too little', () => {
    const few = chooseNovelty(episodes(0.4, 0.4, 0.4, 0.4), 1);
    const alike = chooseNovelty(
      episodes(0.4, 0.4, 0.4, 0.4, 0.4, 0.4).map((own) => ({ ...own, label: 'scan' })),
      1,
    );
    for (const choice of [few, alike, chooseNovelty([], 1)]) {
      expect(chosenKind(choice)).to.equal('pca');
      expect(choice).to.include({ difference: null, interval: null });
    }
    expect(few.reason).to.equal(
      'principal components: the validation part has 4 attacks of 2 classes, 5 of 2 are needed to compare',
    );
    expect(alike.byClass).to.deep.equal([{ label: 'scan', episodes: 6, pca: 0.5, autoencoder: 0.9 }]);
  });

  it('is by the average precision that curves have, whatever the scores', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(scores, scores, (attack, normal) => {
        const isAttack = [...attack.map(() => true), ...normal.map(() => false)];
        const judged = { scores: Float32Array.from([...attack, ...normal]), isAttack };
        expect(episodePrecision(attack, Float32Array.from(normal).sort())).to.be.closeTo(
          averagePrecision([judged]) as number,
          1e-9,
        );
      }),
    );
  });
});
