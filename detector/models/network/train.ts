/** Trains networks by jax-js, in WebAssembly. */
import { defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { randomFrom } from '../../../common/random.ts';
import { classWeights, type Examples } from '../../../learning/models/examples.ts';
import { shuffle } from '../../../learning/models/shuffle.ts';
import { standardOf } from '../../../learning/models/standard.ts';
import {
  KERNEL,
  type Layer,
  layerSizes,
  type Network,
  type NetworkKind,
  networkProbabilities,
  type WindowShape,
} from './network.ts';

type Arrays = np.Array[];

const BATCH = 256;
const RATE = 1e-3;
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const TINY = 1e-8;

export interface NetworkRules {
  readonly epochs: number;
  /** How many epochs may pass without a lower loss of the validation rows. */
  readonly patience: number;
  readonly seed: number;
}

/** Steps that a network gets at least, as far as the most epochs go: few windows teach little in each. */
const LEAST_STEPS = 1_000;
const LEAST_EPOCHS = 10;
export const MOST_EPOCHS = 40;

/** Rules for so many windows. */
export function networkRules(windows: number, seed: number): NetworkRules {
  const wanted = Math.ceil((LEAST_STEPS * BATCH) / windows);
  return { epochs: Math.min(MOST_EPOCHS, Math.max(LEAST_EPOCHS, wanted)), patience: 5, seed };
}

/** Values of rows that follow each other side by side: [batch, rows, channels] to [batch × places, 3 × channels]. */
function unfolded(values: np.Array, rows: number, channels: number): np.Array {
  const places = rows - (KERNEL - 1);
  const shifted = Array.from({ length: KERNEL }, (_, from) => values.ref.slice([], [from, from + places]));
  values.dispose();
  return np.concatenate(shifted, 2).reshape([-1, KERNEL * channels]);
}

function scoresOf(
  kind: NetworkKind,
  { rows, channels }: WindowShape,
  parameters: Arrays,
  inputs: np.Array,
): np.Array {
  const [w1, b1, w2, b2, w3, b3] = parameters as [np.Array, np.Array, np.Array, np.Array, np.Array, np.Array];
  const [first = 0, second = 0] = [b1.shape[0], b2.shape[0]];
  const hidden = (values: np.Array, weights: np.Array, biases: np.Array) =>
    nn.relu(np.dot(values, weights).add(biases));
  if (kind === 'mlp') return np.dot(hidden(hidden(inputs, w1, b1), w2, b2), w3).add(b3);
  const folded = unfolded(inputs.reshape([-1, rows, channels]), rows, channels);
  const one = hidden(folded, w1, b1).reshape([-1, rows - (KERNEL - 1), first]);
  const two = hidden(unfolded(one, rows - (KERNEL - 1), first), w2, b2);
  return np.dot(two.reshape([-1, (rows - 2 * (KERNEL - 1)) * second]), w3).add(b3);
}

/** One step of Adam on a batch: the new parameters, means and squares. */
function stepOf(kind: NetworkKind, shape: WindowShape) {
  const loss = (parameters: Arrays, inputs: np.Array, wanted: np.Array): np.Array =>
    nn
      .logSoftmax(scoresOf(kind, shape, parameters, inputs))
      .mul(wanted)
      .sum()
      .mul(-1 / BATCH);
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

async function layersOf(parameters: Arrays, sizes: readonly (readonly [number, number])[]): Promise<Layer[]> {
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

/** Mean of the weighted logarithmic loss. */
function networkLoss(network: Network, { inputs, classes }: Examples, weights: Float64Array): number {
  const { columns, values } = networkProbabilities(network, inputs);
  let loss = 0;
  classes.forEach((own, row) => {
    loss -=
      (weights[own] as number) * Math.log(Math.max(values[row * columns + own] as number, Number.MIN_VALUE));
  });
  return loss / classes.length;
}

/**
 * Trains a network until the loss of the validation windows no longer falls; the same seed gives the same on the same
 * major version of Node.
 *
 * @param count of classes
 * @param onEpoch is told after each epoch
 */
export async function trainNetwork(
  kind: NetworkKind,
  shape: WindowShape,
  { inputs, classes }: Examples,
  validation: Examples,
  count: number,
  rules: NetworkRules,
  onEpoch: (epoch: number) => void = () => {},
): Promise<{ readonly network: Network; readonly loss: number }> {
  await init('wasm');
  defaultDevice('wasm');
  const random = randomFrom(rules.seed);
  const standard = standardOf(inputs);
  const weights = classWeights(classes, count);
  const sizes = layerSizes(kind, shape, count);
  const initial = sizes.map((size) => begun(size, random));
  const networkOf = (layers: readonly Layer[]): Network => ({
    kind,
    shape,
    standard,
    layers: layers as unknown as Network['layers'],
  });
  let parameters: Arrays = initial.flatMap((layer) => [
    np.array(layer.weights).reshape([layer.inputs, layer.outputs]),
    np.array(layer.biases),
  ]);
  const zeros = () => parameters.map(({ shape: own }) => np.zeros(own));
  let [means, squares] = [zeros(), zeros()];
  const step = stepOf(kind, shape);
  const order = Int32Array.from(classes, (_, row) => row);
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, network: networkOf(initial) };
  let steps = 0;
  for (let epoch = 1; epoch <= rules.epochs && epoch - best.epoch <= rules.patience; epoch++) {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += BATCH) {
      // A last batch that is too short has rows that count nothing: every batch has one shape, for which code is made once.
      const batch = new Float32Array(BATCH * inputs.columns);
      const wanted = new Float32Array(BATCH * count);
      order.subarray(from, from + BATCH).forEach((row, i) => {
        for (let column = 0; column < inputs.columns; column++) {
          const value = inputs.values[row * inputs.columns + column] as number;
          const away = value - (standard.means[column] as number);
          batch[i * inputs.columns + column] = away / (standard.deviations[column] as number);
        }
        const own = classes[row] as number;
        wanted[i * count + own] = weights[own] as number;
      });
      steps++;
      const rate = (RATE * Math.sqrt(1 - SQUARE_DECAY ** steps)) / (1 - MEAN_DECAY ** steps);
      [parameters, means, squares] = step(
        parameters,
        means,
        squares,
        np.array(batch).reshape([BATCH, inputs.columns]),
        np.array(wanted).reshape([BATCH, count]),
        np.array(rate),
      ) as [Arrays, Arrays, Arrays];
      // Without anybody who asks for a value, the work of a whole epoch would wait, and all its memory with it.
      await (parameters[0] as np.Array).ref.data();
    }
    const network = networkOf(await layersOf(parameters, sizes));
    const loss = networkLoss(network, validation, weights);
    if (loss < best.loss) best = { loss, epoch, network };
    onEpoch(epoch);
  }
  for (const each of [...parameters, ...means, ...squares]) each.dispose();
  return { network: best.network, loss: best.loss };
}
