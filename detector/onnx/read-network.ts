/** Reads networks and reconstructions back from their ONNX. */

import type { Standard } from '../../learning/models/standard.ts';
import { KERNEL, type Layer, layerSizes, type Network, type WindowShape } from '../models/network/network.ts';
import type { Pca } from '../models/pca.ts';
import { networkGraph } from './network.ts';
import { checked, checkOperators, floatsOf, type ReadGraph } from './read-graph.ts';
import { reconstruction } from './reconstruction.ts';

function standardOf(graph: ReadGraph, columns: number): Standard {
  return {
    means: floatsOf(graph, 'means', [columns]),
    deviations: floatsOf(graph, 'deviations', [columns]),
  };
}

/** The other way round than {@link networkGraph} turns it. */
function unfolded(values: Float32Array, inputs: number, outputs: number): Float32Array {
  const channels = inputs / KERNEL;
  const weights = new Float32Array(values.length);
  for (let to = 0; to < outputs; to++)
    for (let channel = 0; channel < channels; channel++)
      for (let at = 0; at < KERNEL; at++)
        weights[(at * channels + channel) * outputs + to] = values[
          (to * channels + channel) * KERNEL + at
        ] as number;
  return weights;
}

/**
 * Reads a network on windows.
 *
 * @throws {Error} for a graph that is something else
 */
export function readNetwork(graph: ReadGraph, shape: WindowShape, classes: number): Network {
  const kind = (['mlp', 'cnn'] as const).find((each) => each === graph.name);
  checked(kind !== undefined, 'it is no network');
  const layers = layerSizes(kind, shape, classes).map(([inputs, outputs], i): Layer => {
    const name = ['first', 'second', 'last'][i] as string;
    const isConvolution = kind === 'cnn' && name !== 'last';
    const own = floatsOf(
      graph,
      `${name}_weights`,
      isConvolution ? [outputs, inputs / KERNEL, KERNEL] : [inputs, outputs],
    );
    const weights = isConvolution ? unfolded(own, inputs, outputs) : own;
    return { inputs, outputs, weights, biases: floatsOf(graph, `${name}_biases`, [outputs]) };
  });
  const standard = standardOf(graph, shape.rows * shape.channels);
  const network: Network = { kind, shape, standard, layers: layers as unknown as Network['layers'] };
  checkOperators(graph, networkGraph(network).nodes);
  return network;
}

/**
 * Reads a reconstruction from principal components.
 *
 * @param inputs how many features go in
 * @throws {Error} for a graph that is something else
 */
export function readPca(graph: ReadGraph, inputs: number): Pca {
  const features = Array.from(graph.constants.get('own_features')?.values ?? []);
  checked(
    features.every((feature) => feature < inputs),
    'it looks at features that there are not',
  );
  const count = graph.constants.get('components')?.shape[0] ?? 0;
  const all = floatsOf(graph, 'components', [count, features.length]);
  const components = Array.from({ length: count }, (_, i) =>
    all.subarray(i * features.length, (i + 1) * features.length),
  );
  const pca = { features, standard: standardOf(graph, features.length), components };
  checkOperators(graph, reconstruction(pca, inputs).nodes);
  return pca;
}
