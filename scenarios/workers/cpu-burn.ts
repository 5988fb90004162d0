/** Keeps one CPU busy for `intensity` of the time, in slices of 50 ms so that it can be stopped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const SLICE_MS = 50;

const { durationMs, intensity } = workerOptions();
const goesOn = lifetime(durationMs);
let state = 1;
while (goesOn()) {
  const busyUntil = performance.now() + SLICE_MS * intensity;
  while (performance.now() < busyUntil) state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  await sleep(SLICE_MS * (1 - intensity));
}
finish();
