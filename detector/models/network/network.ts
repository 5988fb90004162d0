/** Small networks on windows of rows: all of their layers are dense, on what an unfolding puts side by side. */
import type { Matrix } from '../../../learning/base/matrix.ts';
import { softmax } from '../../../learning/models/softmax.ts';
import { type Standard, standardisedRow } from '../../../learning/models/standard.ts';

/** `mlp`: two hidden layers on the whole window. `cnn`: two convolutions over time, then a layer on what they found. */
export type NetworkKind = 'mlp' | 'cnn';

/** What a window is: rows, the oldest first, of as many channels. */
export interface WindowShape {
  readonly rows: number;
  readonly channels: number;
}

/** A dense layer. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** `[input * outputs + output]` */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
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

/** One output of a layer where its values begin `at`: each product is added to the sum before. */
function output({ inputs, outputs, weights, biases }: Layer, values: Float64Array, at: number, to: number) {
  let sum = biases[to] as number;
  for (let i = 0; i < inputs; i++) sum += (values[at + i] as number) * (weights[i * outputs + to] as number);
  return sum;
}

/** Applies a layer to each of the places that values lie in, `step` from one to the next. */
function dense(layer: Layer, values: Float64Array, places: number, step: number): Float64Array {
  const { inputs, outputs, weights, biases } = layer;
  const result = new Float64Array(places * outputs);
  for (let place = 0; place < places; place++) {
    const at = place * step;
    const own = result.subarray(place * outputs, (place + 1) * outputs);
    let to = 0;
    // Four sums at once do not wait for each other, which takes less than half the time; each is the same as alone.
    for (; to + 4 <= outputs; to += 4) {
      let a = biases[to] as number;
      let b = biases[to + 1] as number;
      let c = biases[to + 2] as number;
      let d = biases[to + 3] as number;
      for (let i = 0, weight = to; i < inputs; i++, weight += outputs) {
        const value = values[at + i] as number;
        a += value * (weights[weight] as number);
        b += value * (weights[weight + 1] as number);
        c += value * (weights[weight + 2] as number);
        d += value * (weights[weight + 3] as number);
      }
      own[to] = a;
      own[to + 1] = b;
      own[to + 2] = c;
      own[to + 3] = d;
    }
    for (; to < outputs; to++) own[to] = output(layer, values, at, to);
  }
  return result;
}

/** The values in their own place, negative ones as 0. */
function relu(values: Float64Array): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(0, values[i] as number);
  return values;
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
