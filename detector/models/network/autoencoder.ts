/**
 * How badly a row is put together again from the few values that a network lets through, which has learned only from rows
 * without an attack.
 */
import type { Matrix } from '../../../learning/base/matrix.ts';
import type { Standard } from '../../../learning/models/standard.ts';
import { type Layer, type Pair, pairLayer, pairRelu } from './layer.ts';

export interface Autoencoder {
  readonly kind: 'autoencoder';
  /** Features that it looks at, by number. */
  readonly features: readonly number[];
  /** Of those. */
  readonly standard: Standard;
  /** To the narrowest and back; the first and the third are followed by a ReLU. */
  readonly layers: readonly [Layer, Layer, Layer, Layer];
  /** How far each feature is usually missed, as a root of the mean square: what a miss of it is held against. */
  readonly misses: Float32Array;
}

const HIDDEN = 32;
const NARROWEST = 8;
/** A third of what goes in at most: with as many values as features nothing would be lost. */
const NARROWING = 3;

/** How many values go into each layer and come out. */
export function autoencoderSizes(features: number): [number, number][] {
  const narrow = Math.max(1, Math.min(NARROWEST, Math.floor(features / NARROWING)));
  return [
    [features, HIDDEN],
    [HIDDEN, narrow],
    [narrow, HIDDEN],
    [HIDDEN, features],
  ];
}

type PairLayer = ReturnType<typeof pairLayer>;

/**
 * Writes how far each feature of a row is missed, in standard deviations, and of the row behind it; behind the last the last
 * is taken again.
 */
type Misses = (inputs: Matrix, row: number, misses: Pair) => void;

/** Room for what is missed of two rows. */
export function missesRoom(features: number): Pair {
  return [new Float64Array(features), new Float64Array(features)];
}

/** How far rows are missed by layers; a missing value is taken for the mean. */
export function missesOf({
  features,
  standard: { means, deviations },
  layers,
}: Pick<Autoencoder, 'features' | 'standard' | 'layers'>): Misses {
  const own = missesRoom(features.length);
  const [one, two, three, four] = layers.map(pairLayer) as [PairLayer, PairLayer, PairLayer, PairLayer];
  const standardise = ({ values, columns }: Matrix, row: number, to: Float64Array) => {
    for (let i = 0; i < to.length; i++) {
      const value = values[row * columns + (features[i] as number)] as number;
      to[i] = Number.isNaN(value) ? 0 : (value - (means[i] as number)) / (deviations[i] as number);
    }
  };
  return (inputs, row, misses) => {
    standardise(inputs, row, own[0]);
    standardise(inputs, Math.min(row + 1, inputs.rows - 1), own[1]);
    const found = four(pairRelu(three(two(pairRelu(one(own))))));
    for (let i = 0; i < features.length; i++) {
      misses[0][i] = (own[0][i] as number) - (found[0][i] as number);
      misses[1][i] = (own[1][i] as number) - (found[1][i] as number);
    }
  };
}

/** The mean square of misses, each in terms of how far its feature is usually missed. */
function errorOf(misses: Float64Array, usual: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < misses.length; i++) {
    const share = (misses[i] as number) / (usual[i] as number);
    sum += share * share;
  }
  return sum / misses.length;
}

/** Tells for each row the mean square of its misses, each in terms of how far its feature is usually missed. */
export function autoencoderErrorsOf(autoencoder: Autoencoder): (inputs: Matrix) => Matrix {
  const write = missesOf(autoencoder);
  const usual = autoencoder.misses;
  const misses = missesRoom(usual.length);
  return (inputs) => {
    const errors = new Float32Array(inputs.rows);
    for (let row = 0; row < inputs.rows; row += 2) {
      write(inputs, row, misses);
      errors[row] = errorOf(misses[0], usual);
      if (row + 1 < inputs.rows) errors[row + 1] = errorOf(misses[1], usual);
    }
    return { rows: inputs.rows, columns: 1, values: errors };
  };
}
