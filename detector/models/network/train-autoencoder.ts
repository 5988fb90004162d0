/** Trains autoencoders. */
import { nn, numpy as np } from '@jax-js/jax';
import { type Matrix, pickedColumns } from '../../../learning/base/matrix.ts';
import { standardOf } from '../../../learning/models/standard.ts';
import { type Autoencoder, autoencoderSizes, missesOf, missesRoom } from './autoencoder.ts';
import { type Arrays, BATCH, type DescentRules, descend, type Pace } from './descent.ts';
import type { Layer } from './layer.ts';

export const AUTOENCODER_PACE: Pace = {
  rate: 5e-3,
  patience: 10,
  leastSteps: 2_000,
  leastEpochs: 10,
  mostEpochs: 80,
};

/** A feature that is missed by less is held against this: one that never moved is missed by next to nothing. */
const LEAST_MISS = 0.1;

/** The mean square of what is missed of the rows that count. */
function lossOf(features: number) {
  return (parameters: Arrays, rows: np.Array, counts: np.Array): np.Array => {
    const [w1, b1, w2, b2, w3, b3, w4, b4] = parameters as [
      ...[np.Array, np.Array, np.Array, np.Array],
      ...[np.Array, np.Array, np.Array, np.Array],
    ];
    const layer = (values: np.Array, weights: np.Array, biases: np.Array) =>
      np.dot(values, weights).add(biases);
    const narrow = layer(nn.relu(layer(rows.ref, w1, b1)), w2, b2);
    const found = layer(nn.relu(layer(narrow, w3, b3)), w4, b4);
    return np
      .square(found.sub(rows))
      .mul(counts)
      .sum()
      .mul(1 / (BATCH * features));
  };
}

/** The mean square of each feature's misses. */
function meanSquares(autoencoder: Parameters<typeof missesOf>[0], inputs: Matrix): Float64Array {
  const write = missesOf(autoencoder);
  const misses = missesRoom(autoencoder.features.length);
  const sums = new Float64Array(autoencoder.features.length);
  const add = (own: Float64Array) =>
    own.forEach((miss, i) => {
      sums[i] = (sums[i] as number) + miss * miss;
    });
  for (let row = 0; row < inputs.rows; row += 2) {
    write(inputs, row, misses);
    add(misses[0]);
    if (row + 1 < inputs.rows) add(misses[1]);
  }
  return sums.map((sum) => sum / Math.max(1, inputs.rows));
}

/**
 * Trains an autoencoder on rows without an attack until it misses others of them by no less; see {@link descend}.
 *
 * @param normal rows to learn from, of which there is at least one
 * @param others rows without an attack, of other nodes or of another time, of which there is at least one
 * @param onEpoch is told after each epoch
 */
export async function trainAutoencoder(
  normal: Matrix,
  others: Matrix,
  features: readonly number[],
  rules: DescentRules,
  onEpoch?: (epoch: number) => void,
): Promise<Autoencoder> {
  const own = pickedColumns(normal, features);
  const standard = standardOf(own);
  const { means, deviations } = standard;
  const { columns, values } = own;
  const trained = (layers: readonly Layer[]) => ({
    features,
    standard,
    layers: layers as unknown as Autoencoder['layers'],
  });
  const squaresOf = (layers: readonly Layer[]) => meanSquares(trained(layers), others);
  const { layers } = await descend(
    {
      sizes: autoencoderSizes(columns),
      loss: lossOf(columns),
      rows: own.rows,
      columns,
      wanted: 1,
      write(row, batch, counts, i) {
        for (let column = 0; column < columns; column++) {
          const value = values[row * columns + column] as number;
          const away = (value - (means[column] as number)) / (deviations[column] as number);
          batch[i * columns + column] = Number.isNaN(value) ? 0 : away;
        }
        counts[i] = 1;
      },
      judge: (found) => squaresOf(found).reduce((sum, square) => sum + square, 0) / columns,
    },
    rules,
    onEpoch,
  );
  const misses = Float32Array.from(squaresOf(layers), (square) => Math.max(LEAST_MISS, Math.sqrt(square)));
  return { kind: 'autoencoder', ...trained(layers), misses };
}
