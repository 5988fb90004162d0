/** Keeps one CPU busy for `share` of the time, in slices of 50 ms so that it can be stopped. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const SLICE_MS = 50;

export interface CpuBurnOptions extends WorkerOptions {
  /** Above 0, up to 1. */
  readonly share: number;
}

const { durationMs, share } = workerOptions<CpuBurnOptions>();
const life = lifetime(durationMs);
let state = 1;
while (life.goesOn()) {
  const busyUntil = performance.now() + SLICE_MS * share;
  while (performance.now() < busyUntil) state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  await life.pause(SLICE_MS * (1 - share));
}
finish();
