/** Starts processes faster than they are needed: some that stay, and many that end at once. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const TICK_MS = 50;
/** Forks as often as the number in each line says, one after the other, and ends with its input. */
const FORKER = 'while read -r n; do while [ "$n" -gt 0 ]; do (:); n=$((n - 1)); done; done';
/** Started per tick, so that the burst has no peak of its own making. */
const HELD_PER_TICK = 5;

export interface ForkBurstOptions extends WorkerOptions {
  readonly forksPerSecond: number;
  /** Processes that stay until the end. */
  readonly heldProcesses: number;
}

const { durationMs, forksPerSecond, heldProcesses } = workerOptions<ForkBurstOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const forker = children.start('sh', ['-c', FORKER]);
const perTick = Math.max(1, Math.round((forksPerSecond * TICK_MS) / 1000));
for (let held = 0; life.goesOn(); ) {
  // What a slow machine has not yet done is not asked for on top.
  if (forker.stdin.writableLength === 0) forker.stdin.write(`${perTick}\n`);
  for (let i = 0; i < HELD_PER_TICK && held < heldProcesses; i++, held++) children.start('cat');
  await life.pause(TICK_MS);
}
forker.kill('SIGKILL');
await children.end();
finish();
