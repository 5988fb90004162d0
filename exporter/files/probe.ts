import { createHash } from 'node:crypto';
import { type BigIntStats, constants, lstat } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type SourceError, sourceError } from '../errors.ts';
import type { Fingerprint } from './fingerprint.ts';

/** Of a larger file only its beginning is hashed, and its time of change stands for the rest. */
const HASHED_BYTES = 1_048_576;
const MOST_AT_ONCE = 65_536;
/** A file may change again within the same tick of the clock that its times are taken from. */
const SETTLED_NS = 1_000_000_000n;
const MODE_BITS = 0o7777n;

const look = promisify(lstat);

/** What one look at a path gave, for the next one to compare with. */
export interface Probed {
  readonly fingerprint: Fingerprint;
  /** Identity, size and times; as long as these stay the content is not read again. */
  readonly version: string;
  /** Why the content could not be read, where the times stand for it. */
  readonly error: SourceError | undefined;
}

function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/**
 * Hash of a regular file. Without O_NONBLOCK, opening a FIFO that took the file's place would wait for its writer,
 * and without O_NOFOLLOW a link in its place would lead anywhere.
 */
async function hash(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) return versionOf(stat);
    const buffer = Buffer.allocUnsafe(Math.min(Number(stat.size), MOST_AT_ONCE) + 1);
    const digest = createHash('sha256');
    let total = 0;
    while (total < HASHED_BYTES) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, HASHED_BYTES - total));
      if (bytesRead === 0) return digest.digest('base64');
      digest.update(buffer.subarray(0, bytesRead));
      total += bytesRead;
    }
    return `${digest.digest('base64')}:${stat.size}:${stat.mtimeNs}`;
  } finally {
    await handle.close();
  }
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
 * Looks at a path: metadata each time, content only when the metadata changed or is very young.
 *
 * A FIFO, a device or a folder is not opened; a link counts as what it says, not as what it leads to.
 *
 * @param before what the last look gave
 * @returns undefined when there is nothing
 * @throws {SourceError} when the path cannot be looked at
 */
export async function probe(path: string, before: Probed | undefined): Promise<Probed | undefined> {
  let stat: BigIntStats;
  try {
    stat = await look(path, { bigint: true });
  } catch (error) {
    const failure = sourceError(path, error);
    if (failure.code === 'absent') return undefined;
    throw failure;
  }
  const kind = kindOf(stat);
  const times = versionOf(stat);
  // The time of change, because the time of modification can be set to anything.
  const young = BigInt(Date.now()) * 1_000_000n - stat.ctimeNs < SETTLED_NS;
  const version = young ? '' : times;
  const own = {
    kind,
    mode: Number(stat.mode & MODE_BITS),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
  };
  if (before !== undefined && !young && before.version === version) {
    const { content } = before.fingerprint;
    return { fingerprint: { ...own, content }, version, error: before.error };
  }
  try {
    return { fingerprint: { ...own, content: await contentOf(path, stat) }, version, error: undefined };
  } catch (cause) {
    const error = sourceError(path, cause);
    // Replaced while it was being looked at: what is there now is the next look's.
    if (error.code === 'absent' || (cause as NodeJS.ErrnoException).code === 'ELOOP') return before;
    return { fingerprint: { ...own, content: times }, version, error };
  }
}
