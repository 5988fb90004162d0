import { writeFileSync } from 'node:fs';
import { type Disk, localDisk } from '../../../dataset/storage/local/disk.ts';

/**
 * A disk that the run is cut off from, as by a kill, when it would change it for the `life`th time: a text is then
 * written by half, and nothing that comes after, no tidying up either, has any effect.
 */
export function mortalDisk(life: number): { disk: Disk; died: () => boolean } {
  let changes = 0;
  const dying = (what: () => void) => {
    changes++;
    if (changes === life) what();
    if (changes >= life) throw new Error('killed');
  };
  const mortal =
    <A extends unknown[], R>(change: (...args: A) => R) =>
    (...args: A): R => {
      dying(() => {});
      return change(...args);
    };
  return {
    disk: {
      writeText(path, text) {
        dying(() => writeFileSync(path, text.slice(0, text.length / 2)));
        localDisk.writeText(path, text);
      },
      rename: mortal(localDisk.rename),
      remove: mortal(localDisk.remove),
      makeFolder: mortal(localDisk.makeFolder),
      removeFolder: mortal(localDisk.removeFolder),
      syncFolder: mortal(localDisk.syncFolder),
    },
    died: () => changes >= life,
  };
}
