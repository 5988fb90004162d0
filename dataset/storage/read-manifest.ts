import { BuilderError } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { MANIFEST } from '../model/file-names.ts';
import { type Manifest, manifestSchema } from '../model/manifest.ts';
import type { Storage } from './storage.ts';

/**
 * Reads the manifest of a dataset; undefined when there is none.
 *
 * @throws {BuilderError} `damaged` when it is not as this version writes it
 */
export async function readManifest(storage: Storage, file = MANIFEST): Promise<Manifest | undefined> {
  const bytes = await storage.read(file);
  if (bytes === undefined) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw new BuilderError('damaged', `${storage.nameOf(file)}: ${issueOf(error)}`, { cause: error });
  }
}
