/** Gradient boosting of trees for several classes: softmax of the sums of as many trees a round as there are classes. */
import { randomFrom } from '../../../common/random.ts';
import type { Matrix } from '../../base/matrix.ts';
import { classWeights, type Examples } from '../examples.ts';
import { softmax } from '../softmax.ts';
import { binBounds, binned } from './bins.ts';
import { forestOf } from './forest.ts';
import { forestProbabilities } from './forest-probabilities.ts';
import { type GrowRules, growTree } from './grow.ts';
import { HistogramPool } from './histogram.ts';
import { type Tree, treeValue } from './tree.ts';

export interface Gbdt {
  /** Scores before the first tree, by class. */
  readonly base: Float32Array;
  /** `rounds[round][class]` */
  readonly rounds: readonly (readonly Tree[])[];
}

export interface GbdtRules extends GrowRules {
  readonly rounds: number;
  /** How many rounds may pass without a lower loss of the validation rows. */
  readonly patience: number;
  /** Share of the rows, and of the columns, that a round looks at. */
  readonly rowShare: number;
  readonly columnShare: number;
  readonly seed: number;
}

export const GBDT_RULES: Omit<GbdtRules, 'seed'> = {
  rounds: 200,
  patience: 15,
  rowShare: 0.8,
  columnShare: 0.5,
  maxLeaves: 31,
  shrinkage: 0.1,
  l2: 1,
  minHessian: 1,
  minGain: 1e-6,
};

/** The first of a shuffled list, in ascending order. */
function sampled(count: number, share: number, random: () => number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const wanted = Math.max(1, Math.round(count * share));
  if (wanted === count) return all;
  for (let i = 0; i < wanted; i++) {
    const other = i + Math.floor(random() * (count - i));
    const kept = all[i] as number;
    all[i] = all[other] as number;
    all[other] = kept;
  }
  return all.subarray(0, wanted).sort();
}

/** Scores of all rows, class by class within a row. */
class Scores {
  readonly values: Float64Array;
  readonly #inputs: Matrix;
  readonly #classes: number;

  constructor(inputs: Matrix, base: Float32Array) {
    this.#inputs = inputs;
    this.#classes = base.length;
    this.values = new Float64Array(inputs.rows * base.length);
    for (let row = 0; row < inputs.rows; row++) this.values.set(base, row * base.length);
  }

  add(tree: Tree, to: number): void {
    const { rows, columns, values } = this.#inputs;
    for (let row = 0; row < rows; row++) {
      const at = row * this.#classes + to;
      this.values[at] = (this.values[at] as number) + treeValue(tree, values, row * columns);
    }
  }
}

/** Mean of the weighted logarithmic loss. */
function lossOf({ values }: Scores, classes: Uint16Array, weights: Float64Array): number {
  const count = weights.length;
  let loss = 0;
  let sum = 0;
  classes.forEach((own, row) => {
    const probabilities = values.slice(row * count, (row + 1) * count);
    softmax(probabilities);
    const weight = weights[own] as number;
    loss -= weight * Math.log(Math.max(probabilities[own] as number, Number.MIN_VALUE));
    sum += weight;
  });
  return loss / sum;
}

/** Logarithms of the classes' shares of the weight. */
function baseOf(classes: Uint16Array, weights: Float64Array): Float32Array {
  const sums = new Float64Array(weights.length);
  for (const own of classes) sums[own] = (sums[own] as number) + (weights[own] as number);
  return Float32Array.from(sums, (sum) => Math.log(Math.max(sum, Number.EPSILON) / classes.length));
}

/** Derivatives of the loss by the scores of one class. */
function derive(
  to: number,
  probabilities: Float64Array,
  classes: Uint16Array,
  weights: Float64Array,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  const count = weights.length;
  for (let row = 0; row < classes.length; row++) {
    const own = classes[row] as number;
    const weight = weights[own] as number;
    const p = probabilities[row * count + to] as number;
    gradients[row] = weight * (p - (own === to ? 1 : 0));
    hessians[row] = weight * Math.max(p * (1 - p), Number.EPSILON);
  }
}

/**
 * Trains on rows, and stops where the loss of other rows no longer falls.
 *
 * @param count of classes
 * @param validation none: all rounds are made
 * @param onRound is told after each round
 */
export function trainGbdt(
  { inputs, classes }: Examples,
  validation: Examples | undefined,
  count: number,
  rules: GbdtRules,
  onRound: (round: number) => void = () => {},
): Gbdt {
  const random = randomFrom(rules.seed);
  const weights = classWeights(classes, count);
  const bounds = binBounds(inputs);
  const data = { rows: inputs.rows, bins: binned(inputs, bounds), bounds };
  const base = baseOf(classes, weights);
  const scores = new Scores(inputs, base);
  const others = validation === undefined ? undefined : new Scores(validation.inputs, base);
  const perRow = () => new Float64Array(inputs.rows);
  const derivatives = { gradients: perRow(), hessians: perRow() };
  const work = {
    pool: new HistogramPool(inputs.columns),
    gathered: { gradients: perRow(), hessians: perRow() },
    scratch: new Int32Array(inputs.rows),
  };
  const rounds: Tree[][] = [];
  let best = { loss: Number.POSITIVE_INFINITY, rounds: 0 };
  for (let round = 0; round < rules.rounds; round++) {
    const probabilities = scores.values.slice();
    for (let row = 0; row < inputs.rows; row++)
      softmax(probabilities.subarray(row * count, (row + 1) * count));
    const order = sampled(inputs.rows, rules.rowShare, random);
    const used = [...sampled(inputs.columns, rules.columnShare, random)];
    const trees = Array.from({ length: count }, (_, to) => {
      derive(to, probabilities, classes, weights, derivatives.gradients, derivatives.hessians);
      return growTree(data, derivatives, order.slice(), used, rules, work);
    });
    rounds.push(trees);
    trees.forEach((tree, to) => {
      scores.add(tree, to);
      others?.add(tree, to);
    });
    onRound(round + 1);
    if (others === undefined || validation === undefined) continue;
    const loss = lossOf(others, validation.classes, weights);
    if (loss < best.loss) best = { loss, rounds: round + 1 };
    if (round + 1 - best.rounds >= rules.patience) break;
  }
  return { base, rounds: validation === undefined ? rounds : rounds.slice(0, best.rounds) };
}

/** Probabilities of each class for each row. */
export function gbdtProbabilities({ base, rounds }: Gbdt, inputs: Matrix): Matrix {
  return forestProbabilities(forestOf(base, rounds), inputs);
}
