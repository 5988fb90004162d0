import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What is below a folder, at any depth; what goes while it is looked at is left out. */
export function walk(folder: string): { readonly path: string; readonly isFolder: boolean }[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    const own = { path, isFolder: entry.isDirectory() };
    return own.isFolder ? [own, ...walk(path)] : [own];
  });
}
