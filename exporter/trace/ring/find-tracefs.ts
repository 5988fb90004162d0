import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, SourceError } from '../../base/errors.ts';

/** TRACEFS_MAGIC of linux/magic.h. */
const TRACEFS_MAGIC = 0x74726163;

/** The error of a tracefs that is mounted and does not show what every one has: then it is denied, and not absent. */
export function hidden(path: string, what: string): SourceError {
  const why = 'the kernel denies tracing, as lockdown=confidentiality does, or something hides it';
  return new SourceError('unreadable', path, `${path}: tracefs is mounted and shows no ${what}: ${why}`);
}

function isTracefs(path: string): boolean {
  try {
    return statfsSync(path).type === TRACEFS_MAGIC;
  } catch {
    return false; // nothing is there, or it is not to be seen, which looking into it has told already
  }
}

/** Why there is nothing to be had at `path`; undefined when there is. */
function refusalAt(path: string, mounted: (path: string) => boolean): SourceError | undefined {
  try {
    attempt(join(path, 'instances'), (folder) => statSync(folder));
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return error.code === 'absent' && mounted(path) ? hidden(path, 'instances') : error;
  }
}

/**
 * The first of the folders where tracefs is to be had.
 *
 * @param mounted whether it is tracefs that is mounted there
 * @throws {SourceError} `absent` when it is mounted at none of them; one that is mounted and shows nothing is not absent
 */
export function findTracefs(candidates: readonly string[], mounted = isTracefs): string {
  let denied: SourceError | undefined;
  for (const path of candidates) {
    const refusal = refusalAt(path, mounted);
    if (refusal === undefined) return path;
    if (refusal.code !== 'absent') denied ??= refusal;
  }
  if (denied !== undefined) throw denied;
  throw new SourceError('absent', 'tracefs', `tracefs: not mounted at ${candidates.join(' or ')}`);
}
