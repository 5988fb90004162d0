/** Small networks on windows of rows: all of their layers are dense, on what an unfolding puts side by side. */
import type { Matrix } from '../../../learning/base/matrix.ts';
import { softmax } from '../../../learning/models/softmax.ts';
import { type Standard, standardisedRow } from '../../../learning/models/standard.ts';
import { dense, type Layer, relu } from './layer.ts';

/** `mlp`: two hidden layers on the whole window. `cnn`: two convolutions over time, then a layer on what they found. */
export type NetworkKind = 'mlp' | 'cnn';

/** What a window is: rows, the oldest first, of as many channels. */
export interface WindowShape {
  readonly rows: number;
  readonly channels: number;
}

export interface Network {
  readonly kind: NetworkKind;
  readonly shape: WindowShape;
  /** Of each value of a window. */
  readonly standard: Standard;
  /** Two hidden ones, and the one whose outputs are the classes' scores. */
  readonly layers: readonly [Layer, Layer, Layer];
}

/** Rows that a convolution looks at together. */
export const KERNEL = 3;
const HIDDEN = { mlp: [64, 32], cnn: [32, 32] } as const;

/** How many values go into each layer and come out. */
export function layerSizes(
  kind: NetworkKind,
  { rows, channels }: WindowShape,
  classes: number,
): [number, number][] {
  const [first, second] = HIDDEN[kind];
  if (kind === 'mlp')
    return [
      [rows * channels, first],
      [first, second],
      [second, classes],
    ];
  return [
    [KERNEL * channels, first],
    [KERNEL * first, second],
    [(rows - 2 * (KERNEL - 1)) * second, classes],
  ];
}

/** Probabilities of each class for each window, as the network says without any library. */
export function networkProbabilities({ kind, shape, standard, layers }: Network, windows: Matrix): Matrix {
  const [first, second, last] = layers;
  const classes = last.outputs;
  const result = new Float32Array(windows.rows * classes);
  const places = kind === 'mlp' ? [1, 1] : [shape.rows - (KERNEL - 1), shape.rows - 2 * (KERNEL - 1)];
  for (let row = 0; row < windows.rows; row++) {
    const own = standardisedRow(windows, row, standard);
    // Rows that follow each other lie side by side: an unfolding is only where a place begins.
    const one = relu(dense(first, own, places[0] as number, shape.channels));
    const two = relu(dense(second, one, places[1] as number, first.outputs));
    const scores = dense(last, two, 1, 0);
    softmax(scores);
    result.set(scores, row * classes);
  }
  return { rows: windows.rows, columns: classes, values: result };
}
