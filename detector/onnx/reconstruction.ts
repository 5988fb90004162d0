import type { Pca } from '../models/pca.ts';
import type { Graph } from './model.ts';
import { FEATURES, NOVELTY } from './names.ts';
import { standardising } from './standardising.ts';

/** The error of a reconstruction from principal components. */
export function reconstruction({ features, standard, components }: Pca, inputs: number): Graph {
  const { nodes, constants } = standardising('own', 'standard', standard);
  const shape = [components.length, features.length];
  const directions = components.flatMap((component) => Array.from(component));
  return {
    name: 'pca',
    nodes: [
      {
        operator: 'Gather',
        inputs: [FEATURES, 'own_features'],
        outputs: ['own'],
        attributes: { axis: { integer: 1 } },
      },
      ...nodes,
      {
        operator: 'Gemm',
        inputs: ['standard', 'components'],
        outputs: ['along'],
        attributes: { transB: { integer: 1 } },
      },
      { operator: 'MatMul', inputs: ['along', 'components'], outputs: ['explained'] },
      { operator: 'Sub', inputs: ['standard', 'explained'], outputs: ['rest'] },
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
      { name: 'components', shape, values: directions, type: 'float' },
    ],
    input: { name: FEATURES, shape: [inputs] },
    output: { name: NOVELTY, shape: [1] },
  };
}
