/** What stands in a dataset's folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPANIONS } from './companions/index.ts';
import { BuilderError, messageOf, systemCode } from './errors.ts';
import { type Manifest, manifestSchema } from './manifest-schema.ts';

export const MANIFEST = 'manifest.json';
export const REPORT = 'report.html';

const TEMPORARY = /(^|\/)\.[^/]+\.tmp$/;

/** A file beside the one that it will be renamed to. */
export function temporaryName(file: string): string {
  return file.replace(/[^/]+$/, (name) => `.${name}.tmp`);
}

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

/** Whether a run that was killed left this file behind. */
export function isTemporary(file: string): boolean {
  return TEMPORARY.test(file);
}

/**
 * Reads the manifest of a dataset; undefined when the folder has none.
 *
 * @throws {BuilderError} `damaged` when it is not as this version writes it
 */
export function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, MANIFEST);
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

/**
 * Makes sure that building into the folder destroys nothing: it holds nothing, or this same dataset.
 *
 * @returns the files of the dataset that is there, to be replaced
 * @throws {BuilderError} `output`
 */
export function checkOutput(folder: string, configDigest: string): string[] {
  const files = filesBelow(folder).filter((file) => !isTemporary(file));
  if (files.length === 0) return [];
  const elsewhere = 'choose another --output, or remove it';
  let there: Manifest | undefined;
  try {
    there = readManifest(folder);
  } catch (error) {
    throw new BuilderError(
      'output',
      `${folder} holds a manifest that is not ours (${messageOf(error)}): ${elsewhere}`,
      {
        cause: error,
      },
    );
  }
  if (there === undefined) {
    throw new BuilderError('output', `${folder} holds ${files[0]}, but no dataset: ${elsewhere}`);
  }
  if (there.configDigest !== configDigest) {
    throw new BuilderError(
      'output',
      `${folder} already holds a different dataset (${there.start} to ${there.end}, step ${there.step}, ${there.format}): ${elsewhere}`,
    );
  }
  const own = [MANIFEST, REPORT, ...COMPANIONS, ...there.files.map(({ path }) => path)];
  const foreign = files.find((file) => !own.includes(file));
  if (foreign === undefined) return own;
  throw new BuilderError(
    'output',
    `${folder} holds ${foreign}, which is not part of the dataset there: remove it`,
  );
}
