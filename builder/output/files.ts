import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuilderError, messageOf, systemCode } from '../errors.ts';

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
