import type { ScenarioOptions } from '../scenario.ts';

/** What this worker was told. */
export function workerOptions(): ScenarioOptions {
  return JSON.parse(process.argv[2] ?? '') as ScenarioOptions;
}

/** Whether the worker should go on: its time is not over and its parent is there and has not said stop. */
export function lifetime(durationMs: number): () => boolean {
  const end = performance.now() + durationMs;
  let wanted = true;
  const stop = () => {
    wanted = false;
  };
  process.stdin.resume().once('end', stop).once('error', stop);
  // Ctrl-C reaches the whole process group.
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return () => wanted && performance.now() < end;
}

/** Releases standard input, so that the process can end. */
export function finish(): void {
  process.stdin.destroy();
}
