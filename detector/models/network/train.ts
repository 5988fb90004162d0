/** Trains networks on windows. */
import { nn, numpy as np } from '@jax-js/jax';
import { classWeights, type Examples } from '../../../learning/models/examples.ts';
import { standardOf } from '../../../learning/models/standard.ts';
import { type Arrays, BATCH, type DescentRules, descend, type Pace } from './descent.ts';
import type { Layer } from './layer.ts';
import {
  KERNEL,
  layerSizes,
  type Network,
  type NetworkKind,
  networkProbabilities,
  type WindowShape,
} from './network.ts';

export const NETWORK_PACE: Pace = {
  rate: 1e-3,
  patience: 5,
  leastSteps: 1_000,
  leastEpochs: 10,
  mostEpochs: 40,
};

/** Values of rows that follow each other side by side: [batch, rows, channels] to [batch × places, 3 × channels]. */
function unfolded(values: np.Array, rows: number, channels: number): np.Array {
  const places = rows - (KERNEL - 1);
  const shifted = Array.from({ length: KERNEL }, (_, from) => values.ref.slice([], [from, from + places]));
  values.dispose();
  return np.concatenate(shifted, 2).reshape([-1, KERNEL * channels]);
}

function scoresOf(
  kind: NetworkKind,
  { rows, channels }: WindowShape,
  parameters: Arrays,
  inputs: np.Array,
): np.Array {
  const [w1, b1, w2, b2, w3, b3] = parameters as [np.Array, np.Array, np.Array, np.Array, np.Array, np.Array];
  const [first = 0, second = 0] = [b1.shape[0], b2.shape[0]];
  const hidden = (values: np.Array, weights: np.Array, biases: np.Array) =>
    nn.relu(np.dot(values, weights).add(biases));
  if (kind === 'mlp') return np.dot(hidden(hidden(inputs, w1, b1), w2, b2), w3).add(b3);
  const folded = unfolded(inputs.reshape([-1, rows, channels]), rows, channels);
  const one = hidden(folded, w1, b1).reshape([-1, rows - (KERNEL - 1), first]);
  const two = hidden(unfolded(one, rows - (KERNEL - 1), first), w2, b2);
  return np.dot(two.reshape([-1, (rows - 2 * (KERNEL - 1)) * second]), w3).add(b3);
}

/** Mean of the weighted logarithmic loss. */
function networkLoss(network: Network, { inputs, classes }: Examples, weights: Float64Array): number {
  const { columns, values } = networkProbabilities(network, inputs);
  let loss = 0;
  classes.forEach((own, row) => {
    loss -=
      (weights[own] as number) * Math.log(Math.max(values[row * columns + own] as number, Number.MIN_VALUE));
  });
  return loss / classes.length;
}

/**
 * Trains a network until the loss of the validation windows no longer falls; see {@link descend}.
 *
 * @param count of classes
 * @param onEpoch is told after each epoch
 */
export async function trainNetwork(
  kind: NetworkKind,
  shape: WindowShape,
  { inputs, classes }: Examples,
  validation: Examples,
  count: number,
  rules: DescentRules,
  onEpoch?: (epoch: number) => void,
): Promise<{ readonly network: Network; readonly loss: number }> {
  const standard = standardOf(inputs);
  const { means, deviations } = standard;
  const weights = classWeights(classes, count);
  const networkOf = (layers: readonly Layer[]): Network => ({
    kind,
    shape,
    standard,
    layers: layers as unknown as Network['layers'],
  });
  const { columns, values } = inputs;
  const { layers, loss } = await descend(
    {
      sizes: layerSizes(kind, shape, count),
      loss: (parameters, rows, wanted) =>
        nn
          .logSoftmax(scoresOf(kind, shape, parameters, rows))
          .mul(wanted)
          .sum()
          .mul(-1 / BATCH),
      rows: classes.length,
      columns,
      wanted: count,
      write(row, batch, wanted, i) {
        for (let column = 0; column < columns; column++) {
          const away = (values[row * columns + column] as number) - (means[column] as number);
          batch[i * columns + column] = away / (deviations[column] as number);
        }
        const own = classes[row] as number;
        wanted[i * count + own] = weights[own] as number;
      },
      judge: (own) => networkLoss(networkOf(own), validation, weights),
    },
    rules,
    onEpoch,
  );
  return { network: networkOf(layers), loss };
}
