import { messageOf } from '../../common/errors.ts';
import type { Matrix } from '../../learning/base/matrix.ts';
import { forestOf } from '../../learning/models/gbdt/forest.ts';
import { forestProbabilities } from '../../learning/models/gbdt/forest-probabilities.ts';
import { windowShape } from '../features/plan.ts';
import { type NetworkKind, networkProbabilities, type WindowShape } from '../models/network/network.ts';
import { type Novelty, noveltyErrorsOf } from '../models/novelty.ts';
import { FEATURES, NOVELTY, PROBABILITIES, WINDOWS } from '../onnx/names.ts';
import { checked, readGraph } from '../onnx/read-graph.ts';
import { readNetwork } from '../onnx/read-network.ts';
import { readReconstruction } from '../onnx/read-reconstruction.ts';
import { readTrees } from '../onnx/read-trees.ts';
import type { Candidate } from './read.ts';

export const MODELS = ['classifier', 'challenger', 'novelty'] as const;
export type ModelName = (typeof MODELS)[number];

/** What goes into each. */
const INPUTS: Readonly<Record<ModelName, string>> = {
  classifier: FEATURES,
  challenger: WINDOWS,
  novelty: FEATURES,
};
/** And what comes out. */
const OUTPUTS: Readonly<Record<ModelName, string>> = {
  classifier: PROBABILITIES,
  challenger: PROBABILITIES,
  novelty: NOVELTY,
};

/** A model that can be run on rows of its input. */
interface Model {
  run(inputs: Matrix): Promise<Matrix>;
  close(): Promise<void>;
}

/** A candidate's models. */
export type Models = Readonly<Record<ModelName, Model>>;

/** What goes in and comes out, and of what kind the models are. */
export interface ModelSizes {
  readonly features: number;
  readonly window: WindowShape;
  readonly classes: number;
  readonly kinds: { readonly challenger: NetworkKind; readonly novelty: Novelty['kind'] };
}

/** Those of a candidate. */
export function sizesOf({ model, plan }: Pick<Candidate, 'model' | 'plan'>): ModelSizes {
  const { challenger, novelty } = model.models;
  return {
    features: model.features.length,
    window: windowShape(plan),
    classes: model.classes.length,
    kinds: { challenger: challenger.kind, novelty: novelty.kind },
  };
}

const ownModel = (run: (inputs: Matrix) => Matrix): Model => ({
  run: async (inputs) => run(inputs),
  close: async () => {},
});

/**
 * Reads a model back and runs it ourselves: trees in a fifth of the runtime's time, and without the runtime's 140 MB of
 * memory.
 *
 * @throws {Error} for one that is not exactly as it is written here
 */
function openOwn(
  name: ModelName,
  bytes: Uint8Array,
  { features, window, classes, kinds }: ModelSizes,
): Model {
  const graph = readGraph(bytes, INPUTS[name], OUTPUTS[name]);
  if (name === 'classifier') {
    const { base, rounds } = readTrees(graph, features);
    const forest = forestOf(base, rounds);
    return ownModel((inputs) => forestProbabilities(forest, inputs));
  }
  if (name === 'challenger') {
    const network = readNetwork(graph, window, classes);
    checked(network.kind === kinds.challenger, `it is no ${kinds.challenger}`);
    return ownModel((inputs) => networkProbabilities(network, inputs));
  }
  const novelty = readReconstruction(graph, features);
  checked(novelty.kind === kinds.novelty, `it is no ${kinds.novelty}`);
  return ownModel(noveltyErrorsOf(novelty));
}

/** Opens a model by ONNX Runtime, which is not loaded before. */
async function openRuntime(name: ModelName, bytes: Uint8Array): Promise<Model> {
  const { openSession } = await import('../onnx/session.ts');
  return openSession(bytes, INPUTS[name], OUTPUTS[name]);
}

/**
 * Opens a candidate's models.
 *
 * @param byRuntime those that ONNX Runtime runs: its networks are five times as fast as ours
 * @throws {Error} that begins with the name of the file that is none
 */
export async function openModels(
  onnx: Readonly<Record<ModelName, Uint8Array>>,
  sizes: ModelSizes,
  byRuntime: readonly ModelName[] = [],
): Promise<Models> {
  const opened: Partial<Record<ModelName, Model>> = {};
  for (const name of MODELS) {
    try {
      // The runtime would run anything.
      const own = openOwn(name, onnx[name], sizes);
      opened[name] = byRuntime.includes(name) ? await openRuntime(name, onnx[name]) : own;
    } catch (error) {
      for (const model of Object.values(opened)) await model.close();
      throw new Error(`${name}.onnx ${messageOf(error)}`, { cause: error });
    }
  }
  return opened as Models;
}

/** Whether two lists of numbers differ by no more than rounding makes them. */
export function isNear(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): boolean {
  if (found.length !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) {
    const value = wanted[i] as number;
    const away = Math.abs((found[i] as number) - value);
    // What is no number is near nothing.
    if (!(away <= tolerance * Math.max(1, Math.abs(value)))) return false;
  }
  return true;
}
