/** What stands in a dataset's folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPANIONS } from './companions/index.ts';
import { BuilderError, messageOf, systemCode } from './errors.ts';
import { type Manifest, manifestSchema } from './manifest-schema.ts';
import { isBookkeeping, isShardManifest, type Places } from './output/places.ts';
import type { Shard } from './shard.ts';

/** Where a whole dataset's manifest is. */
export const MANIFEST = 'manifest.json';
export const REPORT = 'report.html';

/** Paths of all files below a folder, relative to it and with `/`, sorted; none when there is no such folder. */
export function filesBelow(folder: string): string[] {
  let entries: ReturnType<typeof list>;
  const list = () => readdirSync(folder, { recursive: true, withFileTypes: true });
  try {
    entries = list();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    const reason = systemCode(error) === 'ENOTDIR' ? 'is a file, not a folder' : messageOf(error);
    throw new BuilderError('output', `output ${folder}: ${reason}`, { cause: error });
  }
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/** The files of a folder that are no bookkeeping of a run. */
export function datasetFiles(folder: string): string[] {
  return filesBelow(folder).filter((file) => !isBookkeeping(file));
}

/**
 * Reads the manifest of a dataset; undefined when the folder has none.
 *
 * @throws {BuilderError} `damaged` when it is not as this version writes it
 */
export function readManifest(folder: string, file = MANIFEST): Manifest | undefined {
  const path = join(folder, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new BuilderError('output', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  try {
    const result = manifestSchema.safeParse(JSON.parse(text));
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw new Error(`${issue?.path.join('.')}: ${issue?.message}`, { cause: result.error });
  } catch (error) {
    throw new BuilderError('damaged', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

const ELSEWHERE = 'choose another --output, or remove it';

/** The manifest of the dataset that a run would write to, if it is ours. */
export function manifestThere(folder: string, { manifest }: Places): Manifest | undefined {
  try {
    return readManifest(folder, manifest);
  } catch (error) {
    const message = `${folder} holds a manifest that is not ours (${messageOf(error)}): ${ELSEWHERE}`;
    throw new BuilderError('output', message, { cause: error });
  }
}

/** What a dataset was asked to be, and until when. */
interface Identity {
  readonly configDigest: string;
  readonly end: string;
}

/** Refuses a dataset that is there and is not the one that is asked for. */
export function checkSame(folder: string, there: Manifest, asked: Partial<Identity>): void {
  const other = Object.entries(asked).some(([key, value]) => there[key as keyof Identity] !== value);
  if (!other) return;
  throw new BuilderError(
    'output',
    `${folder} already holds a different dataset (${there.start} to ${there.end}, step ${there.step}, ${there.format}): ${ELSEWHERE}`,
  );
}

/**
 * Makes sure that writing into the folder destroys nothing: it holds nothing, or the dataset of that manifest.
 *
 * @returns the files of the dataset that is there, to be replaced
 * @throws {BuilderError} `output`
 */
export function checkOutput(folder: string, there: Manifest | undefined, { shared }: Places): string[] {
  const files = datasetFiles(folder);
  // Shards know their own files alone; `merge` looks at all of them together.
  if (shared) return there === undefined ? [] : there.files.map(({ path }) => path);
  if (files.length === 0) return [];
  if (there === undefined) {
    throw new BuilderError('output', `${folder} holds ${files[0]}, but no dataset: ${ELSEWHERE}`);
  }
  const own = [MANIFEST, REPORT, ...COMPANIONS, ...there.files.map(({ path }) => path)];
  const foreign = files.find((file) => !own.includes(file));
  if (foreign === undefined) return own;
  throw new BuilderError(
    'output',
    `${folder} holds ${foreign}, which is not part of the dataset there: remove it`,
  );
}

/**
 * Makes sure that a shard's files are no others' already: neither a whole dataset's, nor those of shards of another number.
 *
 * @throws {BuilderError} `output`
 */
export function checkShards(folder: string, { count }: Shard): void {
  const files = datasetFiles(folder);
  if (files.includes(MANIFEST))
    throw new BuilderError('output', `${folder} already holds a whole dataset: ${ELSEWHERE}`);
  const other = files.filter(isShardManifest).find((file) => !file.endsWith(`-of-${count}.json`));
  if (other === undefined) return;
  throw new BuilderError('output', `${folder} holds ${other}, which is not of ${count} shards: ${ELSEWHERE}`);
}
