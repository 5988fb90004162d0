/**
 * One run at a time changes a dataset in a bucket: the lock is an object that is put only where there is none, renewed
 * and taken over only while it is the one that was read. Ages go by the store's own clock.
 */
import { randomUUID } from 'node:crypto';
import { setInterval } from 'node:timers';
import { BuilderError } from '../../../common/errors.ts';
import { type ProcessIdentity, thisProcess } from '../../../common/process-identity.ts';
import { formatTime } from '../../../common/times.ts';
import { checkEnded, LEASE_MS, type Owner, parseOwner, RENEWALS_PER_LEASE, takenOver } from '../owner.ts';
import { isNotImplemented } from './errors.ts';
import type { Condition, ObjectStore } from './object-store.ts';

/** An ETag that no object has. */
const NO_ETAG = '"00000000000000000000000000000000"';
/** Others who take the lock at the same time can make taking it fail, but not for ever. */
const ATTEMPTS = 10;

export interface S3LockOptions {
  readonly leaseMs?: number;
  readonly self?: ProcessIdentity;
}

export class S3Lock {
  readonly #store: ObjectStore;
  readonly #where: string;
  readonly #file: string;
  readonly #owner: Owner;
  readonly #renewal: NodeJS.Timeout;
  #etag: string;
  #renewals = 0;
  /** The renewal that is under way. */
  #renewing: Promise<void> = Promise.resolve();

  private constructor(store: ObjectStore, where: string, file: string, owner: Owner, etag: string) {
    this.#store = store;
    this.#where = where;
    this.#file = file;
    this.#owner = owner;
    this.#etag = etag;
    this.#renewal = setInterval(() => {
      this.#renewing = this.#renew();
    }, owner.leaseMs / RENEWALS_PER_LEASE);
    this.#renewal.unref();
  }

  /**
   * Takes the lock, from an owner that has ended too: at once when that can be seen, else when its lease is over.
   *
   * @param where the dataset, for messages
   * @throws {BuilderError} `busy`, naming the owner; `output` when the store does not heed conditions
   */
  static async take(
    store: ObjectStore,
    where: string,
    file: string,
    options: S3LockOptions = {},
  ): Promise<S3Lock> {
    const { leaseMs = LEASE_MS, self = thisProcess() } = options;
    const owner: Owner = { token: randomUUID(), ...self, since: formatTime(Date.now()), leaseMs };
    const put = (condition: Condition) => conditionalPut(store, where, file, bytesOf(owner, 0), condition);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      let etag = await put('absent');
      if (etag === undefined) {
        const found = await store.get(file);
        if (found === undefined) continue;
        const theirs = parseOwner(found.bytes.toString('utf8'), store.nameOf(file));
        if (theirs.token === owner.token) {
          // The answer to our own put was lost on its way, and the library has put again.
          etag = found.etag;
        } else {
          checkEnded(where, { owner: theirs, renewedMs: found.putMs }, self, found.nowMs);
          etag = await put({ ifMatch: found.etag });
        }
      }
      if (etag === undefined) continue;
      const lock = new S3Lock(store, where, file, owner, etag);
      await lock.#checkConditions(put);
      return lock;
    }
    throw new BuilderError('busy', `${where} is being locked by several runs at once: try again`);
  }

  /**
   * Makes sure that the store heeds conditions, by two puts on the lock that must be refused: one that ignores them
   * lets two runs write over each other.
   */
  async #checkConditions(put: (condition: Condition) => Promise<string | undefined>): Promise<void> {
    const conditions: [string, Condition][] = [
      ['If-None-Match', 'absent'],
      ['If-Match', { ifMatch: NO_ETAG }],
    ];
    for (const [name, condition] of conditions) {
      if ((await put(condition)) === undefined) continue;
      clearInterval(this.#renewal);
      await this.#store.remove(this.#file);
      throw unconditional(this.#where, `ignores ${name}`);
    }
  }

  async #renew(): Promise<void> {
    try {
      this.#renewals++;
      const renewed = bytesOf(this.#owner, this.#renewals);
      const etag = await this.#store.put(this.#file, renewed, { ifMatch: this.#etag });
      if (etag !== undefined) this.#etag = etag;
      else await this.#isOurs();
    } catch {
      // Whether the lock still is ours is what `confirm` asks before anything is committed.
    }
  }

  /** Whether the lock is ours; if so, the next renewal is of what is there now. */
  async #isOurs(): Promise<boolean> {
    const found = await this.#store.get(this.#file);
    if (found === undefined) return false;
    const { token } = parseOwner(found.bytes.toString('utf8'), this.#store.nameOf(this.#file));
    if (token !== this.#owner.token) return false;
    this.#etag = found.etag;
    return true;
  }

  /** Makes sure that nobody has taken the lock over meanwhile, believing this run dead. */
  async confirm(): Promise<void> {
    if (!(await this.#isOurs())) throw takenOver(this.#where);
  }

  async release(): Promise<void> {
    clearInterval(this.#renewal);
    await this.#renewing;
    if (await this.#isOurs()) await this.#store.remove(this.#file);
  }
}

function bytesOf(owner: Owner, renewals: number): Buffer {
  // Each renewal is another object: whoever read the one before can no longer take it over.
  return Buffer.from(`${JSON.stringify({ ...owner, renewals })}\n`);
}

function unconditional(where: string, what: string): BuilderError {
  return new BuilderError(
    'output',
    `${where}: the store ${what}, without which two runs could write over each other: use one with conditional puts, or write to a folder`,
  );
}

async function conditionalPut(
  store: ObjectStore,
  where: string,
  file: string,
  bytes: Buffer,
  condition: Condition,
): Promise<string | undefined> {
  try {
    return await store.put(file, bytes, condition);
  } catch (error) {
    if (error instanceof BuilderError && isNotImplemented(error.cause))
      throw unconditional(where, 'has no conditional puts');
    throw error;
  }
}
