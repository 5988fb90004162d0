/** Which models stand in a folder. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { issueOf } from '../../common/issues.ts';
import { readSmall } from '../../dataset/files/input-file.ts';
import { DetectorError } from '../base/errors.ts';
import { MANIFEST, MOST_BYTES } from './files.ts';
import { modelSchema } from './schema.ts';

const MODEL = 'model.json';

/** Whether a folder has these files; not when it is none. */
export function has(folder: string, ...files: readonly string[]): boolean {
  try {
    const names = readdirSync(folder);
    return files.every((file) => names.includes(file));
  } catch {
    return false;
  }
}

/**
 * The folders of the models in a folder, in the order of their names; those that are being written are none yet.
 *
 * @throws {DetectorError} `input` when it cannot be read
 */
export function candidatesIn(models: string): string[] {
  try {
    return readdirSync(models)
      .filter((name) => !name.startsWith('.') && has(join(models, name), MANIFEST, MODEL))
      .sort()
      .map((name) => join(models, name));
  } catch (error) {
    throw new DetectorError('input', `${models} cannot be read: ${issueOf(error)}`, { cause: error });
  }
}

/** The seed that a model was trained with; undefined where its folder does not tell. Whoever opens it finds out why. */
function seedOf(place: string): number | undefined {
  try {
    const text = readSmall(join(place, MODEL), MOST_BYTES)?.bytes.toString('utf8') ?? '';
    return modelSchema.pick({ seed: true }).parse({ seed: (JSON.parse(text) as { seed?: unknown }).seed })
      .seed;
  } catch {
    return undefined;
  }
}

/**
 * The model of a folder that was written last, of those that were trained with a seed.
 *
 * @throws {DetectorError} `input` when there is none
 */
export function newestOfSeed(models: string, seed: number): string {
  const writtenMs = (place: string) => statSync(join(place, MANIFEST)).mtimeMs;
  const [newest] = candidatesIn(models)
    .filter((place) => seedOf(place) === seed)
    .sort((a, b) => writtenMs(b) - writtenMs(a));
  if (newest !== undefined) return newest;
  throw new DetectorError(
    'input',
    `${models} holds no model that was trained with the seed ${seed}: make one with kubevigil-detector train --seed ${seed}`,
  );
}
