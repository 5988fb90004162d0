/** One run at a time writes to a dataset's folder. */
import { createHash, randomUUID } from 'node:crypto';
import { linkSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BuilderError, systemCode } from '../../../common/errors.ts';
import { hasEnded, type ProcessIdentity, thisProcess } from '../../../common/process-identity.ts';
import { formatTime } from '../../../common/times.ts';
import { readSmall, type SmallFile } from '../../files/input-file.ts';
import {
  checkEnded,
  LEASE_MS,
  MOST_OWNER_BYTES,
  notOurs,
  type Owner,
  parseOwner,
  RENEWALS_PER_LEASE,
  takenOver,
} from '../owner.ts';

/** Others who take over the same lock at the same time can make taking it fail, but not for ever. */
const ATTEMPTS = 10;

/** The lock file's owner, and when it was last renewed; undefined when there is no such file. */
function readLock(path: string): { owner: Owner; renewedMs: number } | undefined {
  let found: SmallFile | undefined;
  try {
    found = readSmall(path, MOST_OWNER_BYTES);
  } catch (error) {
    throw systemCode(error) === undefined ? notOurs(path, error) : error;
  }
  if (found === undefined) return undefined;
  return { owner: parseOwner(found.bytes.toString('utf8'), path), renewedMs: found.modifiedMs };
}

export interface LockOptions {
  readonly nowMs?: () => number;
  readonly leaseMs?: number;
  readonly self?: ProcessIdentity;
}

export class Lock {
  readonly #path: string;
  readonly #token: string;
  readonly #renewal: NodeJS.Timeout;

  private constructor(path: string, token: string, leaseMs: number) {
    this.#path = path;
    this.#token = token;
    this.#renewal = setInterval(() => this.#renew(), leaseMs / RENEWALS_PER_LEASE);
    this.#renewal.unref();
  }

  /**
   * Takes the lock, from an owner that has ended too: at once when that can be seen, else when its lease is over.
   *
   * @param path the lock file, in a folder that is there
   * @throws {BuilderError} `busy`, naming the owner
   */
  static take(path: string, options: LockOptions = {}): Lock {
    const { nowMs = Date.now, leaseMs = LEASE_MS, self = thisProcess() } = options;
    const token = randomUUID();
    const own = temporaryOf(path, self);
    const owner: Owner = { token, ...self, since: formatTime(nowMs()), leaseMs };
    try {
      writeFileSync(own, `${JSON.stringify(owner)}\n`, { flag: 'wx' });
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (linked(own, path)) {
          sweep(path, own, self);
          return new Lock(path, token, leaseMs);
        }
        const found = readLock(path);
        if (found !== undefined) dislodge(path, found, self, nowMs());
      }
      throw new BuilderError('busy', `${dirname(path)} is being locked by several runs at once: try again`);
    } finally {
      rmSync(own, { force: true });
    }
  }

  #isOurs(): boolean {
    return readLock(this.#path)?.owner.token === this.#token;
  }

  #renew(): void {
    const now = new Date();
    try {
      if (this.#isOurs()) utimesSync(this.#path, now, now);
    } catch {
      // Whether the lock still is ours is what `confirm` asks before anything is committed.
    }
  }

  /** Makes sure that nobody has taken the lock over meanwhile, believing this run dead. */
  confirm(): void {
    if (this.#isOurs()) return;
    throw takenOver(dirname(this.#path));
  }

  release(): void {
    clearInterval(this.#renewal);
    if (this.#isOurs()) rmSync(this.#path, { force: true });
  }
}

/** Gives the file its second name; false when the name is taken. */
function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of an owner that has ended, or throws. */
function dislodge(
  path: string,
  found: { owner: Owner; renewedMs: number },
  self: ProcessIdentity,
  nowMs: number,
): void {
  checkEnded(dirname(path), found, self, nowMs);
  const aside = temporaryOf(path, self);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  // Another run may have taken it over, and locked, since we read it: then that lock goes back.
  if (readLock(aside)?.owner.token !== found.owner.token) linked(aside, path);
  rmSync(aside, { force: true });
}

/** Where pids and their starts mean something, as a word for a file's name. */
function placeOf({ host, boot, pidNamespace }: ProcessIdentity): string {
  return createHash('sha256').update([host, boot, pidNamespace].join('\0')).digest('hex').slice(0, 16);
}

/**
 * A name of this run's own beside the lock, which says whose it is: a run that is killed while it takes the lock
 * leaves the file behind, maybe before anything stood in it.
 *
 * @internal exported for its own tests
 */
export function temporaryOf(path: string, self: ProcessIdentity): string {
  return `${path}.${placeOf(self)}.${self.pid}-${self.started}.${randomUUID()}.tmp`;
}

const TEMPORARY = /\.(?<place>[0-9a-f]{16})\.(?<pid>\d+)-(?<started>[^.]*)\.[0-9a-f-]{36}\.tmp$/;

/** Removes what was left by runs that ended while they were taking the lock. */
function sweep(path: string, own: string, self: ProcessIdentity): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const parts = name.startsWith(`${basename(path)}.`) ? TEMPORARY.exec(name)?.groups : undefined;
    if (parts === undefined || file === own) continue;
    const { place = '', pid, started = '' } = parts;
    const ended =
      place === placeOf(self) ? hasEnded({ ...self, pid: Number(pid), started }, self) : undefined;
    if (ended ?? isOld(file)) rmSync(file, { force: true });
  }
}

/** Of a process that cannot be seen from here: taking a lock takes less than a lease. */
function isOld(file: string): boolean {
  const written = statSync(file, { throwIfNoEntry: false });
  return written !== undefined && Date.now() - written.mtimeMs > LEASE_MS;
}
