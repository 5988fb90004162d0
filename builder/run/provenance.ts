/** Texts that a dataset came about by, such as the plan of a campaign: they are kept with it. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { BuilderError, messageOf } from '../../common/errors.ts';
import { readSmall } from '../../dataset/files/input-file.ts';
import { PROVENANCE_NAME } from '../../dataset/model/file-names.ts';
import { type Manifest, MOST_PROVENANCE } from '../../dataset/model/manifest.ts';

type Provenance = NonNullable<Manifest['provenance']>;

function configError(message: string, cause?: unknown): BuilderError {
  return new BuilderError('config', `provenance: ${message}`, { cause });
}

function textOf(path: string): string {
  try {
    const found = readSmall(path, MOST_PROVENANCE);
    if (found === undefined) throw new Error('there is no such file');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(found.bytes);
  } catch (error) {
    throw configError(
      `${path}: ${messageOf(error)}: plans and notes are texts of at most ${MOST_PROVENANCE / 1024} KiB`,
      error,
    );
  }
}

/**
 * Reads the files that a dataset is to have beside it; without any, those that it has stay.
 *
 * @throws {BuilderError} `config` for what is no text, or two of one name
 */
export function readProvenance(
  paths: readonly string[] | undefined,
  earlier: Provenance | undefined,
): Provenance | undefined {
  if (paths === undefined) return earlier;
  const texts = paths.map((path) => {
    const name = basename(path);
    if (!PROVENANCE_NAME.test(name))
      throw configError(
        `${path}: a name may have letters, digits, dots, dashes and underscores: call it otherwise`,
      );
    const text = textOf(path);
    return { name, sha256: createHash('sha256').update(text).digest('hex'), text };
  });
  const twice = texts.find(({ name }, i) => texts.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw configError(`two files are called ${twice.name}: call one otherwise`);
  return texts.length === 0 ? undefined : texts;
}
