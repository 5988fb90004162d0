import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerOptions } from '../scenario/worker.ts';

/** What a worker undoes, it undoes in this time; then it ends, whatever still keeps it. */
const GRACE_MS = 4_000;

/** What this worker was told. */
export function workerOptions<T extends WorkerOptions>(): T {
  return JSON.parse(process.argv[2] ?? '') as T;
}

/** How long a worker is to go on: until its time is over, or its parent is gone or has said stop. */
export interface Lifetime {
  /** Fires at that moment. */
  readonly over: AbortSignal;
  goesOn(): boolean;
  /** Waits, but not beyond that moment. */
  pause(ms: number): Promise<void>;
}

export function lifetime(durationMs: number): Lifetime {
  const abort = new AbortController();
  const end = performance.now() + durationMs;
  const stop = () => {
    if (abort.signal.aborted) return;
    abort.abort();
    setTimeout(() => process.exit(1), GRACE_MS).unref();
  };
  setTimeout(stop, durationMs).unref();
  process.stdin.resume().once('end', stop).once('error', stop);
  // Ctrl-C reaches the whole process group.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    over: abort.signal,
    goesOn: () => !abort.signal.aborted && performance.now() < end,
    async pause(ms) {
      const left = Math.max(0, Math.min(ms, end - performance.now()));
      await sleep(left, undefined, { signal: abort.signal }).catch(() => {});
    },
  };
}

/** Releases standard input, so that the process can end. */
export function finish(): void {
  process.stdin.destroy();
}
