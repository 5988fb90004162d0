/** Reads reconstructions back from their ONNX. */
import { type Autoencoder, autoencoderSizes } from '../models/network/autoencoder.ts';
import type { Novelty } from '../models/novelty.ts';
import type { Pca } from '../models/pca.ts';
import { checked, checkWritten, floatsOf, type ReadGraph, standardOf } from './read-graph.ts';
import { LAYERS, reconstruction } from './reconstruction.ts';

function readPca(graph: ReadGraph, features: readonly number[]): Pca {
  const size = features.length;
  const count = graph.constants.get('components')?.shape[0] ?? 0;
  const all = floatsOf(graph, 'components', [count, size]);
  const components = Array.from({ length: count }, (_, i) => all.subarray(i * size, (i + 1) * size));
  return { kind: 'pca', features, standard: standardOf(graph, size), components };
}

function readAutoencoder(graph: ReadGraph, features: readonly number[]): Autoencoder {
  const size = features.length;
  const layers = autoencoderSizes(size).map(([inputs, outputs], i) => ({
    inputs,
    outputs,
    weights: floatsOf(graph, `${LAYERS[i]}_weights`, [inputs, outputs]),
    biases: floatsOf(graph, `${LAYERS[i]}_biases`, [outputs]),
  }));
  const misses = floatsOf(graph, 'misses', [size]);
  checked(
    misses.every((miss) => miss > 0),
    'its misses are not all above 0',
  );
  return {
    kind: 'autoencoder',
    features,
    standard: standardOf(graph, size),
    layers: layers as unknown as Autoencoder['layers'],
    misses,
  };
}

const READERS: Readonly<Record<Novelty['kind'], (graph: ReadGraph, features: readonly number[]) => Novelty>> =
  { pca: readPca, autoencoder: readAutoencoder };

/**
 * Reads a reconstruction.
 *
 * @param inputs how many features go in
 * @throws {Error} for a graph that is something else
 */
export function readReconstruction(graph: ReadGraph, inputs: number): Novelty {
  const features = Array.from(graph.constants.get('own_features')?.values ?? []);
  checked(
    features.length > 0 && features.every((feature) => Number.isInteger(feature) && feature < inputs),
    'it looks at no features, or at some that there are not',
  );
  const isKnown = (name: string): name is Novelty['kind'] => Object.hasOwn(READERS, name);
  checked(isKnown(graph.name), 'it is no reconstruction');
  const novelty = READERS[graph.name](graph, features);
  checkWritten(graph, reconstruction(novelty, inputs));
  return novelty;
}
