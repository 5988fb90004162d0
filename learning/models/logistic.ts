/** Multinomial logistic regression: the network without a hidden layer, which every other has to beat. */
import { randomFrom } from '../../common/random.ts';
import type { Matrix } from '../base/matrix.ts';
import { Adam } from './adam.ts';
import { classWeights, type Examples } from './examples.ts';
import { shuffle } from './shuffle.ts';
import { softmax } from './softmax.ts';
import { type Standard, standardised, standardOf } from './standard.ts';

export interface Logistic {
  readonly standard: Standard;
  /** `[feature * classes + class]`, of standardised features. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

const EPOCHS = 40;
const PATIENCE = 4;
const BATCH = 256;
const RATE = 0.01;
/** Draws weights to 0. */
const L2 = 1e-4;

/** Scores of a row, before the softmax. */
function scoresOf(parameters: Float64Array, inputs: Matrix, row: number, scores: Float64Array): void {
  const { columns, values } = inputs;
  const classes = scores.length;
  for (let to = 0; to < classes; to++) scores[to] = parameters[columns * classes + to] as number;
  for (let column = 0; column < columns; column++) {
    const value = values[row * columns + column] as number;
    if (value === 0) continue;
    for (let to = 0; to < classes; to++)
      scores[to] = (scores[to] as number) + value * (parameters[column * classes + to] as number);
  }
}

/** Adds a row's share to the gradient; gives its loss. */
function addGradient(
  gradient: Float64Array,
  scores: Float64Array,
  inputs: Matrix,
  row: number,
  own: number,
  weight: number,
): void {
  const { columns, values } = inputs;
  const classes = scores.length;
  scores[own] = (scores[own] as number) - 1;
  for (let to = 0; to < classes; to++) {
    const at = columns * classes + to;
    gradient[at] = (gradient[at] as number) + weight * (scores[to] as number);
  }
  for (let column = 0; column < columns; column++) {
    const value = values[row * columns + column] as number;
    if (value === 0) continue;
    for (let to = 0; to < classes; to++) {
      const at = column * classes + to;
      gradient[at] = (gradient[at] as number) + weight * value * (scores[to] as number);
    }
  }
}

function lossOf(parameters: Float64Array, { inputs, classes }: Examples, weights: Float64Array): number {
  const scores = new Float64Array(weights.length);
  let loss = 0;
  classes.forEach((own, row) => {
    scoresOf(parameters, inputs, row, scores);
    softmax(scores);
    loss -= (weights[own] as number) * Math.log(Math.max(scores[own] as number, Number.MIN_VALUE));
  });
  return loss / classes.length;
}

/**
 * Trains until the loss of the validation rows no longer falls.
 *
 * @param count of classes
 */
export function trainLogistic(
  { inputs: raw, classes }: Examples,
  validation: Examples,
  count: number,
  seed: number,
): Logistic {
  const standard = standardOf(raw);
  const inputs = standardised(raw, standard);
  const others = { inputs: standardised(validation.inputs, standard), classes: validation.classes };
  const weights = classWeights(classes, count);
  const random = randomFrom(seed);
  const parameters = new Float64Array((inputs.columns + 1) * count);
  const gradient = new Float64Array(parameters.length);
  const adam = new Adam(parameters.length, RATE);
  const scores = new Float64Array(count);
  const order = Int32Array.from(classes, (_, row) => row);
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, parameters: parameters.slice() };
  for (let epoch = 0; epoch < EPOCHS && epoch - best.epoch <= PATIENCE; epoch++) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.subarray(from, from + BATCH);
      for (let i = 0; i < parameters.length; i++) gradient[i] = L2 * (parameters[i] as number);
      for (const row of batch) {
        const own = classes[row] as number;
        scoresOf(parameters, inputs, row, scores);
        softmax(scores);
        addGradient(gradient, scores, inputs, row, own, (weights[own] as number) / batch.length);
      }
      adam.step(parameters, gradient);
    }
    const loss = lossOf(parameters, others, weights);
    if (loss < best.loss) best = { loss, epoch, parameters: parameters.slice() };
  }
  return {
    standard,
    weights: Float32Array.from(best.parameters.subarray(0, inputs.columns * count)),
    biases: Float32Array.from(best.parameters.subarray(inputs.columns * count)),
  };
}

/** Probabilities of each class for each row. */
export function logisticProbabilities({ standard, weights, biases }: Logistic, inputs: Matrix): Matrix {
  const parameters = Float64Array.from([...weights, ...biases]);
  const known = standardised(inputs, standard);
  const result = new Float32Array(inputs.rows * biases.length);
  const scores = new Float64Array(biases.length);
  for (let row = 0; row < inputs.rows; row++) {
    scoresOf(parameters, known, row, scores);
    softmax(scores);
    result.set(scores, row * biases.length);
  }
  return { rows: inputs.rows, columns: biases.length, values: result };
}
