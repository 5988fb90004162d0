/** What stands where a dataset is. */

import { BuilderError, messageOf } from '../../common/errors.ts';
import { METADATA_FILES } from '../metadata/metadata.ts';
import {
  isBookkeeping,
  isLeaderboard,
  isShardManifest,
  MANIFEST,
  type Places,
  provenancePath,
  REPORT,
} from '../model/file-names.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Shard } from '../model/shard.ts';
import { readManifest } from '../storage/read-manifest.ts';
import type { Storage } from '../storage/storage.ts';

/** The files of a dataset's place that are no bookkeeping of a run. */
export async function datasetFiles(storage: Storage): Promise<string[]> {
  return (await storage.list()).filter((file) => !isBookkeeping(file));
}

const ELSEWHERE = 'choose another --output, or remove it';

/** The manifest of the dataset that a run would write to, if it is ours. */
export async function manifestThere(storage: Storage, { manifest }: Places): Promise<Manifest | undefined> {
  try {
    return await readManifest(storage, manifest);
  } catch (error) {
    const message = `${storage.name} holds a manifest that is not ours (${messageOf(error)}): ${ELSEWHERE}`;
    throw new BuilderError('output', message, { cause: error });
  }
}

/** What a dataset was asked to be, and until when. */
interface Identity {
  readonly configDigest: string;
  readonly end: string;
}

/**
 * Refuses a dataset that is there and is not the one that is asked for.
 *
 * @param refusal why, and what to do
 * @throws {BuilderError} `output`
 */
export function checkSame(there: Manifest, asked: Partial<Identity>, refusal: () => string): void {
  const other = Object.entries(asked).some(([key, value]) => there[key as keyof Identity] !== value);
  if (other) throw new BuilderError('output', refusal());
}

/**
 * Refuses to continue a dataset whose names are pseudonyms by another key, or by none.
 *
 * @param keyId of the key that is asked for
 * @throws {BuilderError} `output`
 */
export function checkKey({ name }: Storage, { pseudonyms }: Manifest, keyId: string | undefined): void {
  if (pseudonyms?.keyId === keyId) return;
  const said = (id: string | undefined) => (id === undefined ? 'the real names' : `pseudonyms by key ${id}`);
  throw new BuilderError(
    'output',
    `${name} has ${said(pseudonyms?.keyId)}, and not ${said(keyId)}: give the same key, or choose another --output`,
  );
}

/**
 * Makes sure that writing there destroys nothing: it holds nothing, or the dataset of that manifest.
 *
 * @returns the files of the dataset that is there, to be replaced
 * @throws {BuilderError} `output`
 */
export async function checkOutput(
  storage: Storage,
  there: Manifest | undefined,
  { shared }: Places,
): Promise<string[]> {
  const { name } = storage;
  const files = await datasetFiles(storage);
  // Shards know their own files alone; `merge` looks at all of them together.
  if (shared) return there === undefined ? [] : there.files.map(({ path }) => path);
  if (files.length === 0) return [];
  if (there === undefined) {
    throw new BuilderError('output', `${name} holds ${files[0]}, but no dataset: ${ELSEWHERE}`);
  }
  const evidence = there.evidence === undefined ? [] : [there.evidence.path];
  const provenance = (there.provenance ?? []).map((each) => provenancePath(each.name));
  const beside = [MANIFEST, REPORT, ...METADATA_FILES, ...evidence, ...provenance];
  const own = [...beside, ...there.files.map(({ path }) => path)];
  const foreign = files.find((file) => !own.includes(file) && !isLeaderboard(file));
  // What models are worth is told of these rows, and of no others.
  if (foreign === undefined) return [...own, ...files.filter(isLeaderboard)];
  throw new BuilderError(
    'output',
    `${name} holds ${foreign}, which is not part of the dataset there: remove it`,
  );
}

/**
 * Makes sure that a shard's files are no others' already: neither a whole dataset's, nor those of shards of another number.
 *
 * @throws {BuilderError} `output`
 */
export async function checkShards(storage: Storage, { count }: Shard): Promise<void> {
  const { name } = storage;
  const files = await datasetFiles(storage);
  if (files.includes(MANIFEST))
    throw new BuilderError('output', `${name} already holds a whole dataset: ${ELSEWHERE}`);
  const other = files.filter(isShardManifest).find((file) => !file.endsWith(`-of-${count}.json`));
  if (other === undefined) return;
  throw new BuilderError('output', `${name} holds ${other}, which is not of ${count} shards: ${ELSEWHERE}`);
}
