/** What tells how little a row is like those that a model learned from, none of which was of an attack. */
import type { Matrix } from '../../learning/base/matrix.ts';
import { type Autoencoder, autoencoderErrorsOf } from './network/autoencoder.ts';
import { type Pca, pcaErrorsOf } from './pca.ts';

export type Novelty = Pca | Autoencoder;

/** Tells the errors of rows, one each; larger for what is more unusual. */
export function noveltyErrorsOf(novelty: Novelty): (inputs: Matrix) => Matrix {
  return novelty.kind === 'pca' ? pcaErrorsOf(novelty) : autoencoderErrorsOf(novelty);
}
