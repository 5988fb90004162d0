import { readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../base/errors.ts';

/** A younger instance may belong to an agent that has opened nothing in it yet. */
const LEAST_AGE_MS = 5000;

/** Another agent removed it first, or uses it: rmdir is refused while any file of an instance is open. */
const HARMLESS = new Set(['ENOENT', 'EBUSY']);

/**
 * Removes the instances whose names begin with `prefix` and that nobody holds: what a killed agent left behind.
 *
 * @returns the names removed
 * @throws {SourceError} when the folder cannot be read or one of them not removed
 */
export function removeStaleInstances(tracefs: string, prefix: string, nowMs = Date.now()): string[] {
  const folder = join(tracefs, 'instances');
  return attempt(folder, () => {
    const own = readdirSync(folder).filter((name) => name.startsWith(prefix));
    return own.filter((name) => removeIfStale(join(folder, name), nowMs));
  });
}

function removeIfStale(path: string, nowMs: number): boolean {
  try {
    // Far in the future it is as old as far in the past: the clock was set back since.
    if (Math.abs(nowMs - statSync(path).mtimeMs) < LEAST_AGE_MS) return false;
    rmdirSync(path);
    return true;
  } catch (error) {
    if (HARMLESS.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
