import type { Logistic } from '../models/logistic.ts';
import type { Graph, Node, Tensor } from './model.ts';
import { FEATURES, PROBABILITIES } from './names.ts';

/** Puts the mean in the place of missing values, and makes columns comparable. */
export function standardising(
  from: string,
  to: string,
  { means, deviations }: Logistic['standard'],
): { readonly nodes: readonly Node[]; readonly constants: readonly Tensor[] } {
  const vector = (name: string, values: Float32Array): Tensor => ({
    name,
    shape: [values.length],
    values,
    type: 'float',
  });
  return {
    nodes: [
      { operator: 'IsNaN', inputs: [from], outputs: ['is_missing'] },
      { operator: 'Where', inputs: ['is_missing', 'means', from], outputs: ['known'] },
      { operator: 'Sub', inputs: ['known', 'means'], outputs: ['centred'] },
      { operator: 'Div', inputs: ['centred', 'deviations'], outputs: [to] },
    ],
    constants: [vector('means', means), vector('deviations', deviations)],
  };
}

/** A logistic regression. */
export function linear({ standard, weights, biases }: Logistic): Graph {
  const { nodes, constants } = standardising(FEATURES, 'standard', standard);
  const features = standard.means.length;
  return {
    name: 'logistic',
    nodes: [
      ...nodes,
      { operator: 'Gemm', inputs: ['standard', 'weights', 'biases'], outputs: ['scores'] },
      {
        operator: 'Softmax',
        inputs: ['scores'],
        outputs: [PROBABILITIES],
        attributes: { axis: { integer: 1 } },
      },
    ],
    constants: [
      ...constants,
      { name: 'weights', shape: [features, biases.length], values: weights, type: 'float' },
      { name: 'biases', shape: [biases.length], values: biases, type: 'float' },
    ],
    input: { name: FEATURES, shape: [features] },
    output: { name: PROBABILITIES, shape: [biases.length] },
  };
}
