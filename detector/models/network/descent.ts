/** Goes down a loss with the weights of dense layers, by jax-js in WebAssembly. */
import { defaultDevice, init, jit, numpy as np, valueAndGrad } from '@jax-js/jax';
import { randomFrom } from '../../../common/random.ts';
import { shuffle } from '../../../learning/models/shuffle.ts';
import type { Layer } from './layer.ts';

export type Arrays = np.Array[];

/** Rows that a step learns from. */
export const BATCH = 256;
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const TINY = 1e-8;

export interface DescentRules {
  /** How far a step goes at most, about. */
  readonly rate: number;
  readonly epochs: number;
  /** How many epochs may pass without a lower loss of the rows that are judged by. */
  readonly patience: number;
  readonly seed: number;
}

/** What of the rules depends on the kind of model: with few rows an epoch teaches little, and there are more of them. */
export interface Pace extends Pick<DescentRules, 'rate' | 'patience'> {
  /** Steps that there are at least, as far as the most epochs go. */
  readonly leastSteps: number;
  readonly leastEpochs: number;
  readonly mostEpochs: number;
}

/** Rules for so many rows. */
export function descentRules(
  { rate, patience, leastSteps, leastEpochs, mostEpochs }: Pace,
  rows: number,
  seed: number,
): DescentRules {
  const wanted = Math.ceil((leastSteps * BATCH) / rows);
  return { rate, patience, seed, epochs: Math.min(mostEpochs, Math.max(leastEpochs, wanted)) };
}

/** What is learned, and from what. */
export interface Lesson {
  /** How many values go into each layer and come out. */
  readonly sizes: readonly (readonly [number, number])[];
  /**
   * The mean loss of a batch; a row of which all that is wanted is 0 counts nothing.
   *
   * @param parameters of each layer the weights, [inputs, outputs], and the biases
   */
  readonly loss: (parameters: Arrays, inputs: np.Array, wanted: np.Array) => np.Array;
  readonly rows: number;
  /** Values of a row that go in. */
  readonly columns: number;
  /** Values that are wanted of it. */
  readonly wanted: number;
  /** Writes a row's values and what is wanted into a batch, as its row `i`. */
  readonly write: (row: number, inputs: Float32Array, wanted: Float32Array, i: number) => void;
  /** The loss of rows that are not learned from. */
  readonly judge: (layers: readonly Layer[]) => number;
}

/** One step of Adam on a batch: the new parameters, means and squares. */
function stepOf(loss: Lesson['loss']) {
  return jit(
    (
      parameters: Arrays,
      means: Arrays,
      squares: Arrays,
      inputs: np.Array,
      wanted: np.Array,
      rate: np.Array,
    ) => {
      const [value, slopes] = valueAndGrad(loss)(
        parameters.map((each) => each.ref),
        inputs,
        wanted,
      ) as [np.Array, Arrays];
      value.dispose();
      const slope = (i: number) => slopes[i] as np.Array;
      const nextMeans = means.map((mean, i) => mean.mul(MEAN_DECAY).add(slope(i).ref.mul(1 - MEAN_DECAY)));
      const nextSquares = squares.map((square, i) =>
        square.mul(SQUARE_DECAY).add(np.square(slope(i)).mul(1 - SQUARE_DECAY)),
      );
      const next = parameters.map((each, i) => {
        const pace = np.sqrt((nextSquares[i] as np.Array).ref).add(TINY);
        return each.sub((nextMeans[i] as np.Array).ref.mul(rate.ref).div(pace));
      });
      rate.dispose();
      return [next, nextMeans, nextSquares];
    },
  );
}

/** Weights at random, after He et al., Delving Deep into Rectifiers, ICCV 2015; biases 0. */
function begun([inputs, outputs]: readonly [number, number], random: () => number): Layer {
  const widest = Math.sqrt(6 / inputs);
  const weights = new Float32Array(inputs * outputs).map(() => widest * (2 * random() - 1));
  return { inputs, outputs, weights, biases: new Float32Array(outputs) };
}

async function layersOf(parameters: Arrays, sizes: Lesson['sizes']): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const [i, [inputs, outputs]] of sizes.entries()) {
    const [weights, biases] = [parameters[2 * i] as np.Array, parameters[2 * i + 1] as np.Array];
    const values = { weights: await weights.ref.data(), biases: await biases.ref.data() };
    layers.push({
      inputs,
      outputs,
      weights: Float32Array.from(values.weights),
      biases: Float32Array.from(values.biases),
    });
  }
  return layers;
}

/**
 * Learns until the loss of the rows that are judged by no longer falls; the same seed gives the same on the same major
 * version of Node.
 *
 * @param onEpoch is told after each epoch
 * @returns the layers of the epoch with the lowest such loss
 */
export async function descend(
  { sizes, loss, rows, columns, wanted: wantedColumns, write, judge }: Lesson,
  rules: DescentRules,
  onEpoch: (epoch: number) => void = () => {},
): Promise<{ readonly layers: readonly Layer[]; readonly loss: number }> {
  await init('wasm');
  defaultDevice('wasm');
  const random = randomFrom(rules.seed);
  const initial = sizes.map((size) => begun(size, random));
  let parameters: Arrays = initial.flatMap((layer) => [
    np.array(layer.weights).reshape([layer.inputs, layer.outputs]),
    np.array(layer.biases),
  ]);
  const zeros = () => parameters.map(({ shape: own }) => np.zeros(own));
  let [means, squares] = [zeros(), zeros()];
  const step = stepOf(loss);
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, layers: initial };
  let steps = 0;
  for (let epoch = 1; epoch <= rules.epochs && epoch - best.epoch <= rules.patience; epoch++) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += BATCH) {
      // A last batch that is too short has rows that count nothing: every batch has one shape, for which code is made once.
      const batch = new Float32Array(BATCH * columns);
      const wanted = new Float32Array(BATCH * wantedColumns);
      order.subarray(from, from + BATCH).forEach((row, i) => void write(row, batch, wanted, i));
      steps++;
      const rate = (rules.rate * Math.sqrt(1 - SQUARE_DECAY ** steps)) / (1 - MEAN_DECAY ** steps);
      [parameters, means, squares] = step(
        parameters,
        means,
        squares,
        np.array(batch).reshape([BATCH, columns]),
        np.array(wanted).reshape([BATCH, wantedColumns]),
        np.array(rate),
      ) as [Arrays, Arrays, Arrays];
      // Without anybody who asks for a value, the work of a whole epoch would wait, and all its memory with it.
      await (parameters[0] as np.Array).ref.data();
    }
    const layers = await layersOf(parameters, sizes);
    const own = judge(layers);
    if (own < best.loss) best = { loss: own, epoch, layers };
    onEpoch(epoch);
  }
  for (const each of [...parameters, ...means, ...squares]) each.dispose();
  return { layers: best.layers, loss: best.loss };
}
