/**
 * How badly a row is put together again from the few values that a network lets through, which has learned only from rows
 * without an attack.
 */
import type { Matrix } from '../../../learning/base/matrix.ts';
import type { Standard } from '../../../learning/models/standard.ts';
import { type Layer, relu, rowLayer } from './layer.ts';

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

type RowLayer = ReturnType<typeof rowLayer>;

/** Writes how far each feature of a row is missed, in standard deviations. */
type Misses = (values: Float32Array, at: number, misses: Float64Array) => void;

/** How far rows are missed by layers; a missing value is taken for the mean. */
export function missesOf({
  features,
  standard: { means, deviations },
  layers,
}: Pick<Autoencoder, 'features' | 'standard' | 'layers'>): Misses {
  const own = new Float64Array(features.length);
  const [one, two, three, four] = layers.map(rowLayer) as [RowLayer, RowLayer, RowLayer, RowLayer];
  return (values, at, misses) => {
    for (let i = 0; i < own.length; i++) {
      const value = values[at + (features[i] as number)] as number;
      own[i] = Number.isNaN(value) ? 0 : (value - (means[i] as number)) / (deviations[i] as number);
    }
    const found = four(relu(three(two(relu(one(own))))));
    for (let i = 0; i < own.length; i++) misses[i] = (own[i] as number) - (found[i] as number);
  };
}

/** Tells for each row the mean square of its misses, each in terms of how far its feature is usually missed. */
export function autoencoderErrorsOf(autoencoder: Autoencoder): (inputs: Matrix) => Matrix {
  const write = missesOf(autoencoder);
  const usual = autoencoder.misses;
  const misses = new Float64Array(usual.length);
  return ({ rows, columns, values }) => {
    const errors = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      write(values, row * columns, misses);
      let sum = 0;
      for (let i = 0; i < misses.length; i++) {
        const share = (misses[i] as number) / (usual[i] as number);
        sum += share * share;
      }
      errors[row] = sum / misses.length;
    }
    return { rows, columns: 1, values: errors };
  };
}
