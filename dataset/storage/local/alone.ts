import { dirname, join } from 'node:path';
import type { Places } from '../../model/file-names.ts';
import { explained } from '../explained.ts';
import { finishOrUndo } from './commit.ts';
import type { Disk } from './disk.ts';
import { checkRegular } from './files.ts';
import { Lock } from './lock.ts';

/** Removes the folders again that were made for the lock, if nothing came of it. */
function removeMade(folder: string, uppermost: string | undefined, disk: Disk): void {
  if (uppermost === undefined) return;
  for (let path = folder; path.startsWith(uppermost); path = dirname(path)) disk.removeFolder(path);
}

/**
 * Runs a task while nobody else writes to the folder, after having tidied up behind a run that was killed.
 *
 * @throws {BuilderError} `busy` when another run does
 */
export async function alone<T>(
  folder: string,
  places: Places,
  disk: Disk,
  task: (lock: Lock) => Promise<T>,
): Promise<T> {
  let made: string | undefined;
  let lock: Lock | undefined;
  try {
    // Says in plain words when the folder is a file.
    checkRegular(folder);
    made = disk.makeFolder(folder);
    lock = Lock.take(join(folder, places.lock));
    finishOrUndo(folder, places, disk);
    return await task(lock);
  } catch (error) {
    throw explained(error, folder);
  } finally {
    lock?.release();
    removeMade(folder, made, disk);
  }
}
