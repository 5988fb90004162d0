import type { Autoencoder } from '../models/network/autoencoder.ts';
import type { Novelty } from '../models/novelty.ts';
import type { Pca } from '../models/pca.ts';
import { dense, gemm, relu } from './layers.ts';
import type { Graph, Node, Tensor } from './model.ts';
import { FEATURES, NOVELTY } from './names.ts';
import { standardising } from './standardising.ts';

/** Operators with their constants. */
interface Part {
  readonly nodes: readonly Node[];
  readonly constants: readonly Tensor[];
}

/** From `standard` to `rest`: what the components leave. */
function leftByComponents({ features, components }: Pca): Part {
  const shape = [components.length, features.length];
  const directions = components.flatMap((component) => Array.from(component));
  return {
    nodes: [
      {
        operator: 'Gemm',
        inputs: ['standard', 'components'],
        outputs: ['along'],
        attributes: { transB: { integer: 1 } },
      },
      { operator: 'MatMul', inputs: ['along', 'components'], outputs: ['explained'] },
      { operator: 'Sub', inputs: ['standard', 'explained'], outputs: ['rest'] },
    ],
    constants: [{ name: 'components', shape, values: directions, type: 'float' }],
  };
}

export const LAYERS = ['first', 'second', 'third', 'last'] as const;

/** The same: what the layers miss, in terms of what they usually do. */
function missedByLayers({ layers, misses }: Autoencoder): Part {
  return {
    nodes: [
      gemm('first', 'standard', 'first_sums'),
      relu('first_sums', 'first'),
      gemm('second', 'first', 'narrow'),
      gemm('third', 'narrow', 'third_sums'),
      relu('third_sums', 'third'),
      gemm('last', 'third', 'again'),
      { operator: 'Sub', inputs: ['standard', 'again'], outputs: ['missed'] },
      { operator: 'Div', inputs: ['missed', 'misses'], outputs: ['rest'] },
    ],
    constants: [
      ...layers.flatMap((layer, i) => dense(LAYERS[i] as string, layer)),
      { name: 'misses', shape: [misses.length], values: misses, type: 'float' },
    ],
  };
}

/** The error of a reconstruction: from principal components, or by an autoencoder. */
export function reconstruction(novelty: Novelty, inputs: number): Graph {
  const { kind, features, standard } = novelty;
  const { nodes, constants } = standardising('own', 'standard', standard);
  const own = kind === 'pca' ? leftByComponents(novelty) : missedByLayers(novelty);
  return {
    name: kind,
    nodes: [
      {
        operator: 'Gather',
        inputs: [FEATURES, 'own_features'],
        outputs: ['own'],
        attributes: { axis: { integer: 1 } },
      },
      ...nodes,
      ...own.nodes,
      { operator: 'Mul', inputs: ['rest', 'rest'], outputs: ['squares'] },
      {
        operator: 'ReduceMean',
        inputs: ['squares'],
        outputs: [NOVELTY],
        attributes: { axes: { integers: [1] }, keepdims: { integer: 1 } },
      },
    ],
    constants: [
      ...constants,
      { name: 'own_features', shape: [features.length], values: features, type: 'int64' },
      ...own.constants,
    ],
    input: { name: FEATURES, shape: [inputs] },
    output: { name: NOVELTY, shape: [1] },
  };
}
