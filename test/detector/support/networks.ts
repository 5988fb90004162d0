import { randomFrom } from '../../../common/random.ts';
import { type Autoencoder, autoencoderSizes } from '../../../detector/models/network/autoencoder.ts';
import type { Layer } from '../../../detector/models/network/layer.ts';
import { layerSizes, type Network, type WindowShape } from '../../../detector/models/network/network.ts';
import { type Matrix, pickedColumns } from '../../../learning/base/matrix.ts';
import { standardOf } from '../../../learning/models/standard.ts';

function layersAtRandom(sizes: readonly (readonly [number, number])[], random: () => number): Layer[] {
  const values = (count: number) => new Float32Array(count).map(() => random() - 0.5);
  return sizes.map(([inputs, outputs]) => ({
    inputs,
    outputs,
    weights: values(inputs * outputs),
    biases: values(outputs),
  }));
}

/** A network whose weights are at random. */
export function anyNetwork(
  kind: Network['kind'],
  shape: WindowShape,
  classes: number,
  inputs: Matrix,
  seed: number,
): Network {
  const layers = layersAtRandom(layerSizes(kind, shape, classes), randomFrom(seed));
  return { kind, shape, standard: standardOf(inputs), layers: layers as unknown as Network['layers'] };
}

/** An autoencoder whose weights are at random. */
export function anyAutoencoder(inputs: Matrix, features: readonly number[], seed: number): Autoencoder {
  const random = randomFrom(seed);
  const layers = layersAtRandom(autoencoderSizes(features.length), random);
  return {
    kind: 'autoencoder',
    features,
    standard: standardOf(pickedColumns(inputs, features)),
    layers: layers as unknown as Autoencoder['layers'],
    misses: new Float32Array(features.length).map(() => 0.1 + random()),
  };
}
