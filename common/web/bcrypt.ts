import { Worker } from 'node:worker_threads';
import type { Comparison } from './bcrypt-worker.ts';
import { FairQueue } from './fair-queue.ts';

/** The thread costs about 15 MB while it is there. */
const IDLE_MS = 10_000;
/** Someone who guesses passwords makes this many wait, and no more. */
const MAX_WAITING = 32;

/** Too many comparisons wait already. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

interface Asker {
  readonly password: string;
  readonly hash: string;
  readonly resolve: (same: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Compares passwords with bcrypt hashes, one at a time and sources by turns, in a thread that is there only when needed. */
export class Bcrypt {
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  readonly #queue = new FairQueue<Asker>(MAX_WAITING);
  /** Whom the thread is busy for. */
  #served: Asker | undefined;

  /**
   * @param source whose turn it is to be
   * @throws {BusyError} when too many wait; any other error is the thread's
   */
  compare(password: string, hash: string, source: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const surplus = this.#queue.put(source, { password, hash, resolve, reject });
      surplus?.reject(new BusyError('too many passwords to check'));
      this.#next();
    });
  }

  #next(): void {
    if (this.#served !== undefined) return;
    const asker = this.#queue.take();
    if (asker === undefined) return;
    this.#served = asker;
    const worker = this.#start();
    worker.ref();
    const { password, hash } = asker;
    worker.postMessage({ password, hash } satisfies Comparison);
  }

  #start(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./bcrypt-worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
    worker.on('message', (same: boolean) => {
      this.#served?.resolve(same);
      this.#served = undefined;
      this.#next();
      if (this.#served !== undefined) return;
      // A program that has ended must not wait for a thread without work.
      worker.unref();
      this.#idle = setTimeout(() => this.#end(worker), IDLE_MS).unref();
    });
    worker.on('error', (error) => this.#end(worker, error));
    this.#worker = worker;
    return worker;
  }

  #end(worker: Worker, error?: unknown): void {
    this.#worker = undefined;
    const served = this.#served;
    this.#served = undefined;
    served?.reject(error);
    for (let asker = this.#queue.take(); asker !== undefined; asker = this.#queue.take()) asker.reject(error);
    void worker.terminate();
  }
}
