/** Fits a candidate's models to what was chosen of a fleet. */
import type { Matrix } from '../../learning/base/matrix.ts';
import { emptyMatrix, rowOf } from '../../learning/base/matrix.ts';
import type { Examples } from '../../learning/models/examples.ts';
import { GBDT_RULES, type Gbdt, gbdtProbabilities, trainGbdt } from '../../learning/models/gbdt/train.ts';
import { type Logistic, trainLogistic } from '../../learning/models/logistic.ts';
import { isNear, MODELS, type ModelName, openModels } from '../candidate/models.ts';
import { featureNames } from '../features/plan.ts';
import { type Network, networkProbabilities, type WindowShape } from '../models/network/network.ts';
import { MOST_EPOCHS, networkRules, trainNetwork } from '../models/network/train.ts';
import { fitPca, type Pca, pcaErrors } from '../models/pca.ts';
import { onnxModel } from '../onnx/model.ts';
import { networkGraph } from '../onnx/network.ts';
import { reconstruction } from '../onnx/reconstruction.ts';
import { treeEnsemble } from '../onnx/tree-ensemble.ts';
import type { Gathered } from '../samples/gather.ts';

export interface Fitted {
  readonly gbdt: Gbdt;
  /** The baseline that is told in the card alone. */
  readonly logistic: Logistic;
  /** Of those that were trained, the one with the lower loss on the validation windows. */
  readonly network: Network;
  readonly pca: Pca;
  readonly onnx: Readonly<Record<ModelName, Uint8Array>>;
}

/** Tells of each finished round, epoch and model. */
export type Told = (what: string) => void;

/** How often at most. */
export const MOST_TOLD = GBDT_RULES.rounds + 2 * MOST_EPOCHS + 2;

/** Rows to learn from as all models see them. */
export interface Samples extends Gathered {
  readonly classes: Uint16Array;
}

/** Rows of one class. */
function rowsOfClass({ inputs, classes }: Examples, wanted: number): Matrix {
  const rows = [...classes.keys()].filter((row) => classes[row] === wanted);
  const result = emptyMatrix(rows.length, inputs.columns);
  rows.forEach((row, i) => void result.values.set(rowOf(inputs, row), i * inputs.columns));
  return result;
}

/** What novelty looks at: where a column is and where it was in the window, and not how much is missing. */
function noveltyFeatures(columns: readonly string[]): number[] {
  return featureNames(columns).flatMap((name, i) => (/^(?!missing:).*:(last|mean)$/.test(name) ? [i] : []));
}

/**
 * Fits all models; the same seed gives the same.
 *
 * @param classes how many there are
 */
export async function fitModels(
  train: Samples,
  validation: Samples,
  classes: number,
  columns: readonly string[],
  shape: WindowShape,
  seed: number,
  producer: string,
  told: Told,
): Promise<Fitted> {
  const [summaries, others] = [train, validation].map((own) => ({
    inputs: own.features,
    classes: own.classes,
  })) as [Examples, Examples];
  const gbdt = trainGbdt(summaries, others, classes, { ...GBDT_RULES, seed }, (round) =>
    told(`round ${round} of the trees`),
  );
  const logistic = trainLogistic(summaries, others, classes, seed);
  told('the logistic regression');
  const pca = fitPca(rowsOfClass(summaries, 0), noveltyFeatures(columns));
  told('the principal components');
  const network = await fitNetwork(train, validation, classes, shape, seed, told);
  const onnx = {
    classifier: onnxModel(treeEnsemble(gbdt, train.features.columns), producer),
    challenger: onnxModel(networkGraph(network), producer),
    novelty: onnxModel(reconstruction(pca, train.features.columns), producer),
  };
  return { gbdt, logistic, network, pca, onnx };
}

async function fitNetwork(
  train: Samples,
  validation: Samples,
  classes: number,
  shape: WindowShape,
  seed: number,
  told: Told,
): Promise<Network> {
  const [windows, others] = [train, validation].map((own) => ({
    inputs: own.windows,
    classes: own.classes,
  })) as [Examples, Examples];
  let best: Awaited<ReturnType<typeof trainNetwork>> | undefined;
  for (const kind of ['mlp', 'cnn'] as const) {
    const rules = networkRules(train.classes.length, seed);
    const trained = await trainNetwork(kind, shape, windows, others, classes, rules, (epoch) =>
      told(`epoch ${epoch} of the ${kind}`),
    );
    if (best === undefined || trained.loss < best.loss) best = trained;
  }
  return (best as NonNullable<typeof best>).network;
}

/** What the fitted models themselves give, without a runtime. */
export function outputsOf(
  { gbdt, network, pca }: Fitted,
  { features, windows }: Gathered,
): Record<ModelName, Matrix> {
  return {
    classifier: gbdtProbabilities(gbdt, features),
    challenger: networkProbabilities(network, windows),
    novelty: pcaErrors(pca, features),
  };
}

/** Probabilities and errors of a runtime with float32 may be so far from our own. */
const TOLERANCE = 1e-5;

/**
 * What the written models give once they are read again.
 *
 * @throws {Error} when it is not what the fitted models give, or when ONNX Runtime makes something else of them
 */
export async function writtenOutputs(fitted: Fitted, inputs: Gathered): Promise<Record<ModelName, Matrix>> {
  const wanted = outputsOf(fitted, inputs);
  const found = {} as Record<ModelName, Matrix>;
  const [last] = fitted.network.layers.slice(-1);
  const sizes = {
    features: inputs.features.columns,
    window: fitted.network.shape,
    classes: last?.outputs ?? 0,
  };
  for (const byRuntime of [MODELS, []]) {
    const models = await openModels(fitted.onnx, sizes, byRuntime);
    try {
      for (const name of MODELS) {
        found[name] = await models[name].run(name === 'challenger' ? inputs.windows : inputs.features);
        if (!isNear(found[name].values, wanted[name].values, TOLERANCE))
          throw new Error(`${name}.onnx does not give what the model gives that it was written from`);
      }
    } finally {
      for (const name of MODELS) await models[name].close();
    }
  }
  return found;
}
