/** Makes sure that one run alone writes a file of ground truth: whoever comes second is refused before anything is done. */
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { firstLineOf, systemCode } from '../../common/errors.ts';
import { hasEnded, type ProcessIdentity, thisProcess } from '../../common/process-identity.ts';
import { ScenariosError } from '../scenario/errors.ts';

/** A run that another machine or container cannot see shows in so short a time that it goes on. */
const BEAT_MS = 5_000;
/** After so long without a sign it has ended: a machine that stood still for a while has not. */
const LEASE_MS = 20_000;

const ownerSchema = z.object({
  host: z.string(),
  boot: z.string(),
  pidNamespace: z.string(),
  pid: z.int(),
  started: z.string(),
});

/** Whose claim a file is, and when it last showed a sign; undefined when there is none, or it is not written to its end. */
function readClaim(path: string): { readonly owner: ProcessIdentity; readonly beatMs: number } | undefined {
  try {
    const owner = ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { owner, beatMs: statSync(path).mtimeMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError)
      return undefined;
    throw error;
  }
}

function isOver(
  { owner, beatMs }: NonNullable<ReturnType<typeof readClaim>>,
  self: ProcessIdentity,
): boolean {
  return hasEnded(owner, self) ?? Date.now() - beatMs > LEASE_MS;
}

const isSame = (a: ProcessIdentity, b: ProcessIdentity) =>
  a.host === b.host &&
  a.boot === b.boot &&
  a.pidNamespace === b.pidNamespace &&
  a.pid === b.pid &&
  a.started === b.started;

/**
 * The file of a claim.
 *
 * @internal exported for its own tests
 */
export function claimFile(path: string): string {
  return `${path}.lock`;
}

/** One run's claim on a file; a process that has it may claim it again. */
export class Claim {
  readonly #path: string;
  readonly #beat: NodeJS.Timeout;

  /**
   * @param path of the file that is to be written
   * @throws {ScenariosError} `truth` when another run writes it
   */
  constructor(path: string) {
    this.#path = claimFile(path);
    const self = thisProcess();
    try {
      take(this.#path, path, self);
    } catch (cause) {
      if (cause instanceof ScenariosError) throw cause;
      throw new ScenariosError('truth', `${path} cannot be written: ${firstLineOf(cause)}`, { cause });
    }
    this.#beat = setInterval(() => this.#show(), BEAT_MS).unref();
  }

  #show(): void {
    const now = new Date();
    try {
      utimesSync(this.#path, now, now);
    } catch {
      // Somebody removed it: what is written meanwhile is seen by the file itself.
    }
  }

  release(): void {
    clearInterval(this.#beat);
    const there = readClaim(this.#path);
    if (there !== undefined && isSame(there.owner, thisProcess())) rmSync(this.#path, { force: true });
  }
}

function refuse(path: string, { host, pid }: ProcessIdentity): never {
  throw new ScenariosError(
    'truth',
    `${path} is being written by process ${pid} on ${host}: give each run a file of its own (--episodes), or wait until that one has ended`,
  );
}

/** Writes a claim beside its place, whole, so that nobody reads half of it. */
function write(lock: string, self: ProcessIdentity): boolean {
  const own = `${lock}.${self.pid}.tmp`;
  writeFileSync(own, JSON.stringify(self));
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** More would be others that come and go. */
const TRIES = 5;

function take(lock: string, path: string, self: ProcessIdentity): void {
  for (let i = 0; i < TRIES; i++) {
    if (write(lock, self)) return;
    const there = readClaim(lock);
    if (there !== undefined && isSame(there.owner, self)) return;
    if (there !== undefined && !isOver(there, self)) refuse(path, there.owner);
    // Whoever comes at the same moment may have taken it over already: what is moved away is looked at again.
    const aside = `${lock}.${self.pid}.old`;
    try {
      renameSync(lock, aside);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') continue;
      throw error;
    }
    const moved = readClaim(aside);
    const isTheirs = moved !== undefined && !isSame(moved.owner, self) && !isOver(moved, self);
    if (isTheirs) putBack(aside, lock);
    rmSync(aside, { force: true });
    if (isTheirs) refuse(path, moved.owner);
  }
  throw new ScenariosError(
    'truth',
    `${path}: others claim it again and again: give each run a file of its own`,
  );
}

function putBack(aside: string, lock: string): void {
  try {
    linkSync(aside, lock);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}
