import type { Layer } from '../models/network/layer.ts';
import { KERNEL, type Network } from '../models/network/network.ts';
import { conv, dense, gemm, relu, vector } from './layers.ts';
import type { Graph, Node, Tensor } from './model.ts';
import { PROBABILITIES, WINDOWS } from './names.ts';
import { standardising } from './standardising.ts';

const numbers = (name: string, values: readonly number[]): Tensor => ({
  name,
  shape: [values.length],
  values,
  type: 'int64',
});

/** A dense layer on rows side by side as the convolution that it is: [outputs, channels, kernel]. */
function convolution(name: string, { inputs, outputs, weights, biases }: Layer): Tensor[] {
  const channels = inputs / KERNEL;
  const values = new Float32Array(weights.length);
  for (let to = 0; to < outputs; to++)
    for (let channel = 0; channel < channels; channel++)
      for (let at = 0; at < KERNEL; at++)
        values[(to * channels + channel) * KERNEL + at] = weights[
          (at * channels + channel) * outputs + to
        ] as number;
  return [
    { name: `${name}_weights`, shape: [outputs, channels, KERNEL], values, type: 'float' },
    vector(`${name}_biases`, biases),
  ];
}

const turned = (from: string, to: string): Node => ({
  operator: 'Transpose',
  inputs: [from],
  outputs: [to],
  attributes: { perm: { integers: [0, 2, 1] } },
});

/** A network on windows. */
export function networkGraph({ kind, shape, standard, layers }: Network): Graph {
  const [first, second, last] = layers;
  const { nodes, constants } = standardising(WINDOWS, 'standard', standard);
  const hidden: { nodes: Node[]; constants: Tensor[] } =
    kind === 'mlp'
      ? {
          nodes: [
            gemm('first', 'standard', 'first_sums'),
            relu('first_sums', 'first'),
            gemm('second', 'first', 'second_sums'),
            relu('second_sums', 'found'),
          ],
          constants: [...dense('first', first), ...dense('second', second)],
        }
      : {
          nodes: [
            { operator: 'Reshape', inputs: ['standard', 'window_shape'], outputs: ['rows_of_channels'] },
            turned('rows_of_channels', 'channels_of_rows'),
            conv('first', 'channels_of_rows', 'first_sums'),
            relu('first_sums', 'first'),
            conv('second', 'first', 'second_sums'),
            relu('second_sums', 'second'),
            turned('second', 'second_by_rows'),
            { operator: 'Reshape', inputs: ['second_by_rows', 'flat_shape'], outputs: ['found'] },
          ],
          constants: [
            ...convolution('first', first),
            ...convolution('second', second),
            numbers('window_shape', [-1, shape.rows, shape.channels]),
            numbers('flat_shape', [-1, last.inputs]),
          ],
        };
  return {
    name: kind,
    nodes: [
      ...nodes,
      ...hidden.nodes,
      gemm('last', 'found', 'scores'),
      {
        operator: 'Softmax',
        inputs: ['scores'],
        outputs: [PROBABILITIES],
        attributes: { axis: { integer: 1 } },
      },
    ],
    constants: [...constants, ...hidden.constants, ...dense('last', last)],
    input: { name: WINDOWS, shape: [shape.rows * shape.channels] },
    output: { name: PROBABILITIES, shape: [last.outputs] },
  };
}
