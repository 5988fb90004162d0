import { chmodSync, lstatSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** npm's own for what it packs: 1985, since zip knows nothing before 1980. */
const PACKED = new Date('1985-10-26T08:15:00.000Z');

/**
 * Gives all files below a folder one time, and the rights that do not depend on who made them, so that the same contents make the
 * same layer.
 */
export function settle(folder: string, time = PACKED): void {
  for (const name of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()]) {
    const path = join(folder, name);
    const status = lstatSync(path);
    const isRunnable = status.isDirectory() || (status.mode & 0o111) !== 0;
    if (!status.isSymbolicLink()) chmodSync(path, isRunnable ? 0o755 : 0o644);
    lutimesSync(path, time, time);
  }
}
