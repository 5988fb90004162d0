/**
 * A dataset changes all at once. A run first writes every file beside its place; then a journal that says which of
 * them to put in place, and which old ones to remove; then it does so, the manifest last. Once the journal is there
 * the change counts, and whoever comes next finishes it; before, it does not, and whoever comes next clears it away.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { BuilderError } from '../../../common/errors.ts';
import { issueOf } from '../../../common/issues.ts';
import { readSmall } from '../../files/input-file.ts';
import {
  isDatasetPath,
  isOwnTemporary,
  type Places,
  placesOf,
  temporaryName,
} from '../../model/file-names.ts';
import type { Disk } from './disk.ts';
import { filesBelow } from './files.ts';
import { pathIn } from './own-path.ts';

/** Names of some 100,000 files. */
const MOST_JOURNAL_BYTES = 16_777_216;

/** Whoever can write to the folder can write a journal: it must not reach anything but a dataset's files. */
const ownPath = z.string().refine(isDatasetPath, "is no name of a dataset's file");

const journalSchema = z.strictObject({
  /** Files to put in place, in this order. */
  put: z.array(ownPath),
  remove: z.array(ownPath),
});

export type Journal = z.output<typeof journalSchema>;

function readJournal(path: string): Journal | undefined {
  try {
    const found = readSmall(path, MOST_JOURNAL_BYTES);
    if (found === undefined) return undefined;
    return journalSchema.parse(JSON.parse(found.bytes.toString('utf8')));
  } catch (error) {
    throw new BuilderError('output', `${path} is no journal of ours (${issueOf(error)}): remove it`, {
      cause: error,
    });
  }
}

/** Does what a journal says, as far as it is not done yet, then removes it. */
function finish(folder: string, { put, remove }: Journal, places: Places, disk: Disk): void {
  for (const path of put) {
    const temporary = pathIn(folder, temporaryName(path));
    if (!existsSync(temporary)) continue;
    disk.rename(temporary, pathIn(folder, path));
    disk.syncFolder(dirname(join(folder, path)));
  }
  for (const path of remove) disk.remove(pathIn(folder, path));
  disk.remove(join(folder, places.journal));
  disk.syncFolder(folder);
}

/**
 * Puts files in place that lie beside it, written to the end.
 *
 * @param decided called once nothing can undo it any more
 */
export function commit(
  folder: string,
  journal: Journal,
  places: Places,
  disk: Disk,
  decided: () => void,
): void {
  for (const path of new Set(journal.put.map((file) => dirname(join(folder, file))))) {
    disk.syncFolder(path);
    disk.syncFolder(dirname(path));
  }
  const temporary = join(folder, temporaryName(places.journal));
  disk.writeText(temporary, `${JSON.stringify(journal)}\n`);
  disk.rename(temporary, join(folder, places.journal));
  decided();
  disk.syncFolder(folder);
  finish(folder, journal, places, disk);
}

const DAY_FOLDER = /^date=\d{4}-\d{2}-\d{2}$/;

/** Removes the folders of days that hold nothing. */
function removeEmptyFolders(folder: string, disk: Disk): void {
  const data = join(folder, 'data');
  if (!existsSync(data)) return;
  for (const name of readdirSync(data)) if (DAY_FOLDER.test(name)) disk.removeFolder(join(data, name));
  disk.removeFolder(data);
}

/** Finishes or clears away what a run that was killed left in the folder. The lock must be held. */
export function finishOrUndo(folder: string, places: Places, disk: Disk): void {
  const journal = readJournal(join(folder, places.journal));
  if (journal !== undefined) finish(folder, journal, places, disk);
  for (const file of filesBelow(folder)) {
    if (isOwnTemporary(file, places)) disk.remove(join(folder, file));
  }
  // Another shard may be about to write into a folder that is still empty.
  if (!places.shared) removeEmptyFolders(folder, disk);
}

/** Whether a change to a whole dataset is under way, or was left unfinished. */
export function isUnfinished(folder: string): boolean {
  return existsSync(join(folder, placesOf(undefined).journal));
}
