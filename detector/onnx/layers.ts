/** Layers as operators, and their weights as constants. */
import type { Layer } from '../models/network/layer.ts';
import type { Node, Tensor } from './model.ts';

/** A constant of one dimension. */
export const vector = (name: string, values: Float32Array): Tensor => ({
  name,
  shape: [values.length],
  values,
  type: 'float',
});

/** The weights and biases of a dense layer as they are. */
export function dense(name: string, { inputs, outputs, weights, biases }: Layer): Tensor[] {
  return [
    { name: `${name}_weights`, shape: [inputs, outputs], values: weights, type: 'float' },
    vector(`${name}_biases`, biases),
  ];
}

const layer =
  (operator: 'Gemm' | 'Conv') =>
  (name: string, from: string, to: string): Node => ({
    operator,
    inputs: [from, `${name}_weights`, `${name}_biases`],
    outputs: [to],
  });

export const gemm = layer('Gemm');
export const conv = layer('Conv');

export const relu = (from: string, to: string): Node => ({ operator: 'Relu', inputs: [from], outputs: [to] });
