import { Worker } from 'node:worker_threads';
import type { Comparison } from './bcrypt-worker.ts';

/** The thread costs about 15 MB while it is there. */
const IDLE_MS = 10_000;
/** Someone who guesses passwords makes this many wait, and no more. */
const MAX_WAITING = 32;

/** Too many comparisons wait already. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}

interface Asker {
  readonly resolve: (same: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** Compares passwords with bcrypt hashes, one at a time, in a thread that is there only when needed. */
export class Bcrypt {
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 0;
  readonly #waiting = new Map<number, Asker>();

  /** @throws {BusyError} when too many wait; any other error is the thread's */
  compare(password: string, hash: string): Promise<boolean> {
    if (this.#waiting.size >= MAX_WAITING) throw new BusyError('too many passwords to check');
    const worker = this.#start();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, password, hash } satisfies Comparison);
    });
  }

  #start(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./bcrypt-worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
    worker.on('message', ({ id, same }: { id: number; same: boolean }) => {
      this.#waiting.get(id)?.resolve(same);
      this.#waiting.delete(id);
      if (this.#waiting.size > 0) return;
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
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    void worker.terminate();
  }
}
