import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { type SourceError, sourceError } from '../base/errors.ts';
import type { Fingerprint } from './fingerprint.ts';
import { isSettled, sameVersion } from './fingerprint.ts';
import type { Looker } from './looker.ts';

/** Of a larger file only its beginning is hashed, and its time of change, which nobody can set back, stands for the rest. */
const HASHED_BYTES = 1_048_576;
const MOST_AT_ONCE = 65_536;
const MODE_BITS = 0o7777n;
/** Larger ones are not read again while their times stay. */
const REREAD_BYTES = 65_536;
/** Without O_NONBLOCK, opening a FIFO that took the file's place would wait for its writer, and without O_NOFOLLOW a link there would lead anywhere. */
const CAREFULLY = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
const rereadBuffer = Buffer.allocUnsafeSlow(REREAD_BYTES + 1);

/** What one look at a path gave, for the next one to compare with. */
export interface Probed {
  readonly fingerprint: Fingerprint;
  readonly stat: BigIntStats;
  /** Whether a change of the content from now on would show in the times. */
  readonly settled: boolean;
  /** Why the content could not be read. */
  readonly error: SourceError | undefined;
}

/** Changes with the content. */
function timesOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/** Hash of a regular file. */
async function hash(path: string): Promise<string> {
  const handle = await open(path, CAREFULLY);
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) return timesOf(stat);
    const buffer = Buffer.allocUnsafe(Math.min(Number(stat.size), MOST_AT_ONCE) + 1);
    const digest = createHash('sha256');
    let total = 0;
    while (total < HASHED_BYTES) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, HASHED_BYTES - total));
      if (bytesRead === 0) return digest.digest('base64');
      digest.update(buffer.subarray(0, bytesRead));
      total += bytesRead;
    }
    return `${digest.digest('base64')}:${stat.size}:${stat.ctimeNs}`;
  } finally {
    await handle.close();
  }
}

/** Hash of a small regular file of this machine, without a wait; undefined when it cannot be told now. */
function hashNow(path: string): string | undefined {
  try {
    const fd = openSync(path, CAREFULLY);
    try {
      if (!fstatSync(fd).isFile()) return undefined;
      const bytes = readSync(fd, rereadBuffer, 0, rereadBuffer.length, 0);
      if (bytes > REREAD_BYTES) return undefined;
      return createHash('sha256').update(rereadBuffer.subarray(0, bytes)).digest('base64');
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined; // its times will tell
  }
}

/** What is there although the times are what they were: read again, if it can be and has its turn. */
function sameAsBefore(path: string, before: Probed, looker: Looker): Probed {
  const { kind, content, size } = before.fingerprint;
  if (kind !== 'file' || content === undefined || size > REREAD_BYTES || !looker.isLocal(path)) return before;
  const now = looker.rereads.isTurn() ? hashNow(path) : undefined;
  if (now === undefined || now === content) return before;
  return { ...before, fingerprint: { ...before.fingerprint, content: now } };
}

function kindOf(stat: BigIntStats): Fingerprint['kind'] {
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'link';
  return stat.isDirectory() ? 'folder' : 'other';
}

async function contentOf(path: string, stat: BigIntStats): Promise<string> {
  const kind = kindOf(stat);
  if (kind === 'file') return hash(path);
  return kind === 'link' ? readlink(path) : '';
}

/**
 * Looks at a path: metadata each time, content only when the metadata changed or is very young, when it could not be
 * read the last time, or when the file has its turn.
 *
 * A FIFO, a device or a folder is not opened; a link counts as what it says, not as what it leads to. Where the content
 * may not be read, times stand for it; where it could not be read this time, it is taken to be what it was.
 *
 * @param before what the last look gave
 * @returns undefined when there is nothing
 * @throws {SourceError} when the path cannot be looked at
 */
export async function probe(
  path: string,
  before: Probed | undefined,
  looker: Looker,
): Promise<Probed | undefined> {
  const look = looker.look(path);
  // A direct answer is not worth the wait for a promise.
  const stat = look instanceof Promise ? await look : look;
  if (stat === undefined) return undefined;
  if (before?.settled && before.error === undefined && sameVersion(before.stat, stat))
    return sameAsBefore(path, before, looker);
  const own = {
    kind: kindOf(stat),
    mode: Number(stat.mode & MODE_BITS),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    version: timesOf(stat),
  };
  const settled = isSettled(stat);
  try {
    const content = await looker.guarded(path, () => contentOf(path, stat));
    return { fingerprint: { ...own, content }, stat, settled, error: undefined };
  } catch (cause) {
    const error = sourceError(path, cause);
    // Replaced while it was being looked at: what is there now is the next look's.
    if (error.code === 'absent' || (cause as NodeJS.ErrnoException).code === 'ELOOP') return before;
    const content = error.code === 'unreadable' ? undefined : before?.fingerprint.content;
    return { fingerprint: { ...own, content }, stat, settled, error };
  }
}
