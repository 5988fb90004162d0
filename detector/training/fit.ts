/** Fits a candidate's models to what was chosen of a fleet. */
import type { Matrix } from '../../learning/base/matrix.ts';
import type { Examples } from '../../learning/models/examples.ts';
import { GBDT_RULES, type Gbdt, gbdtProbabilities, trainGbdt } from '../../learning/models/gbdt/train.ts';
import { type Logistic, trainLogistic } from '../../learning/models/logistic.ts';
import { isNear, MODELS, type ModelName, openModels } from '../candidate/models.ts';
import type { NoveltyChoice } from '../candidate/schema.ts';
import { descentRules } from '../models/network/descent.ts';
import { type Network, networkProbabilities, type WindowShape } from '../models/network/network.ts';
import { NETWORK_PACE, trainNetwork } from '../models/network/train.ts';
import { AUTOENCODER_PACE } from '../models/network/train-autoencoder.ts';
import { type Novelty, noveltyErrorsOf } from '../models/novelty.ts';
import { onnxModel } from '../onnx/model.ts';
import { networkGraph } from '../onnx/network.ts';
import { reconstruction } from '../onnx/reconstruction.ts';
import { treeEnsemble } from '../onnx/tree-ensemble.ts';
import type { Gathered } from '../samples/gather.ts';
import type { NormalGroups } from '../samples/normal-groups.ts';
import { chosenNovelty, fitNovelties } from './novelty.ts';

export interface Fitted {
  readonly gbdt: Gbdt;
  /** The baseline that is told in the card alone. */
  readonly logistic: Logistic;
  /** Of those that were trained, the one with the lower loss on the validation windows. */
  readonly network: Network;
  /** Of principal components and an autoencoder the one that was chosen, and why. */
  readonly novelty: Novelty;
  readonly noveltyChoice: NoveltyChoice;
  readonly onnx: Readonly<Record<ModelName, Uint8Array>>;
}

/** Tells of each finished round, epoch and model. */
export type Told = (what: string) => void;

/** How often at most. */
export const MOST_TOLD = GBDT_RULES.rounds + 2 * NETWORK_PACE.mostEpochs + AUTOENCODER_PACE.mostEpochs + 2;

/** Rows to learn from as all models see them. */
export interface Samples extends Gathered {
  readonly classes: Uint16Array;
}

/** What is learned from, and what decides when it is enough. */
export interface Material {
  readonly train: Samples;
  /** Which of the training rows are normal. */
  readonly normal: NormalGroups;
  readonly validation: Samples;
  /** Of the validation rows: which attack each is of, if any. */
  readonly attacks: readonly (string | undefined)[];
  readonly classes: readonly string[];
}

/** Fits all models; the same seed gives the same. */
export async function fitModels(
  { train, normal, validation, attacks, classes }: Material,
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
  const gbdt = trainGbdt(summaries, others, classes.length, { ...GBDT_RULES, seed }, (round) =>
    told(`round ${round} of the trees`),
  );
  const logistic = trainLogistic(summaries, others, classes.length, seed);
  told('the logistic regression');
  const novelties = await fitNovelties(train.features, normal, columns, seed, (epoch) =>
    told(`epoch ${epoch} of the autoencoder`),
  );
  const labels = Array.from(validation.classes, (own) => classes[own] as string);
  const { novelty, choice } = chosenNovelty(novelties, validation.features, labels, attacks, seed);
  told('novelty');
  const network = await fitNetwork(train, validation, classes.length, shape, seed, told);
  const onnx = {
    classifier: onnxModel(treeEnsemble(gbdt, train.features.columns), producer),
    challenger: onnxModel(networkGraph(network), producer),
    novelty: onnxModel(reconstruction(novelty, train.features.columns), producer),
  };
  return { gbdt, logistic, network, novelty, noveltyChoice: choice, onnx };
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
    const rules = descentRules(NETWORK_PACE, train.classes.length, seed);
    const trained = await trainNetwork(kind, shape, windows, others, classes, rules, (epoch) =>
      told(`epoch ${epoch} of the ${kind}`),
    );
    if (best === undefined || trained.loss < best.loss) best = trained;
  }
  return (best as NonNullable<typeof best>).network;
}

/** What the fitted models themselves give, without a runtime. */
export function outputsOf(
  { gbdt, network, novelty }: Fitted,
  { features, windows }: Gathered,
): Record<ModelName, Matrix> {
  return {
    classifier: gbdtProbabilities(gbdt, features),
    challenger: networkProbabilities(network, windows),
    novelty: noveltyErrorsOf(novelty)(features),
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
    kinds: { challenger: fitted.network.kind, novelty: fitted.novelty.kind },
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
