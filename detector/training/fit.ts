/** Fits a candidate's models to what was chosen of a fleet. */
import type { Matrix } from '../base/matrix.ts';
import { emptyMatrix, rowOf } from '../base/matrix.ts';
import { isNear, MODELS, type ModelName, openModels } from '../candidate/models.ts';
import { featureNames } from '../features/plan.ts';
import type { Examples } from '../models/examples.ts';
import { GBDT_RULES, type Gbdt, gbdtProbabilities, trainGbdt } from '../models/gbdt/train.ts';
import { type Logistic, logisticProbabilities, trainLogistic } from '../models/logistic.ts';
import { fitPca, type Pca, pcaErrors } from '../models/pca.ts';
import { linear } from '../onnx/linear.ts';
import { onnxModel } from '../onnx/model.ts';
import { reconstruction } from '../onnx/reconstruction.ts';
import { treeEnsemble } from '../onnx/tree-ensemble.ts';

export interface Fitted {
  readonly gbdt: Gbdt;
  readonly logistic: Logistic;
  readonly pca: Pca;
  readonly onnx: Readonly<Record<ModelName, Uint8Array>>;
}

/** Tells of each finished round and model. */
export type Told = (what: string) => void;

export const GBDT_ROUNDS = GBDT_RULES.rounds;

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
export function fitModels(
  train: Examples,
  validation: Examples,
  classes: number,
  columns: readonly string[],
  seed: number,
  producer: string,
  told: Told,
): Fitted {
  const rules = { ...GBDT_RULES, seed };
  const gbdt = trainGbdt(train, validation, classes, rules, (round) => told(`round ${round} of the trees`));
  const logistic = trainLogistic(train, validation, classes, seed);
  told('the logistic regression');
  const pca = fitPca(rowsOfClass(train, 0), noveltyFeatures(columns));
  told('the principal components');
  const { inputs } = train;
  const onnx = {
    classifier: onnxModel(treeEnsemble(gbdt, inputs.columns), producer),
    challenger: onnxModel(linear(logistic), producer),
    novelty: onnxModel(reconstruction(pca, inputs.columns), producer),
  };
  return { gbdt, logistic, pca, onnx };
}

/** What the fitted models themselves give, without a runtime. */
export function outputsOf({ gbdt, logistic, pca }: Fitted, features: Matrix): Record<ModelName, Matrix> {
  return {
    classifier: gbdtProbabilities(gbdt, features),
    challenger: logisticProbabilities(logistic, features),
    novelty: pcaErrors(pca, features),
  };
}

/** Probabilities and errors of a runtime with float32 may be so far from our own. */
const TOLERANCE = 1e-5;

/**
 * What the runtime makes of the written models.
 *
 * @throws {Error} when it is not what the fitted models give
 */
export async function runtimeOutputs(fitted: Fitted, features: Matrix): Promise<Record<ModelName, Matrix>> {
  const wanted = outputsOf(fitted, features);
  const models = await openModels(fitted.onnx);
  try {
    const found = {} as Record<ModelName, Matrix>;
    for (const name of MODELS) {
      found[name] = await models[name].run(features);
      if (!isNear(found[name].values, wanted[name].values, TOLERANCE))
        throw new Error(`${name}.onnx does not give what the model gives that it was written from`);
    }
    return found;
  } finally {
    for (const name of MODELS) await models[name].close();
  }
}
