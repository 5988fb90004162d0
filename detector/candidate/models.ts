import { messageOf } from '../../common/errors.ts';
import type { Matrix } from '../../learning/base/matrix.ts';
import { FEATURES, NOVELTY, PROBABILITIES, WINDOWS } from '../onnx/names.ts';
import { openSession } from '../onnx/session.ts';

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

/**
 * Opens a candidate's models.
 *
 * @throws {Error} that begins with the name of the file that is none
 */
export async function openModels(onnx: Readonly<Record<ModelName, Uint8Array>>): Promise<Models> {
  const opened: Partial<Record<ModelName, Model>> = {};
  for (const name of MODELS) {
    try {
      opened[name] = await openSession(onnx[name], INPUTS[name], OUTPUTS[name]);
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
