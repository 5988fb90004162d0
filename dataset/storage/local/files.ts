import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../../../common/collections.ts';
import { BuilderError, messageOf, systemCode } from '../../../common/errors.ts';
import { oddKind } from '../../files/input-file.ts';

interface Entry {
  /** Relative to the folder, with `/`. */
  readonly file: string;
  /** What it is when it is no regular file. */
  readonly odd: string | undefined;
}

/** Paths of all files below a folder, relative to it and with `/`, sorted; none when there is no such folder. */
export function filesBelow(folder: string): string[] {
  return entriesBelow(folder).map(({ file }) => file);
}

/**
 * Makes sure that a folder holds regular files and folders alone: nothing is written through a link.
 *
 * @throws {BuilderError} `output`
 */
export function checkRegular(folder: string): void {
  const odd = entriesBelow(folder).find((entry) => entry.odd !== undefined);
  if (odd === undefined) return;
  throw new BuilderError(
    'output',
    `${join(folder, odd.file)} is ${odd.odd}, and a dataset has regular files in folders only: remove it`,
  );
}

/** All that is below a folder and is no folder. Links are not followed. */
function entriesBelow(folder: string): Entry[] {
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
    .map((entry) => ({
      file: join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
      odd: oddKind(entry),
    }))
    .sort((a, b) => compare(a.file, b.file));
}
