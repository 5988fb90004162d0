/**
 * Where a dataset's files are on this machine. Names of files stand in manifests and journals, which others may have
 * written: every path that is read, written, renamed or removed is made here.
 */
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { oddKind } from '../../files/input-file.ts';
import { isBookkeeping, isDatasetPath } from '../../model/file-names.ts';

/**
 * The path of a file of a dataset, of those that a run keeps for itself too.
 *
 * @param file relative to the folder, with `/`
 * @throws {Error} for a name that no such file has, and when a folder on the way to it is a link or a file
 */
export function pathIn(folder: string, file: string): string {
  const isOwn = isDatasetPath(file) || isBookkeeping(file);
  if (!isOwn) throw new Error(`${JSON.stringify(file)} is no name of a dataset's file`);
  for (let way = dirname(file); way !== '.'; way = dirname(way)) {
    const stats = lstatSync(join(folder, way), { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory()) continue;
    throw new Error(`${join(folder, way)} is ${oddKind(stats) ?? 'a file'}, not a folder`);
  }
  return join(folder, file);
}
