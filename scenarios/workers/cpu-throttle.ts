/** Keeps processes busy in a container of its own that may use little of a CPU. */
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import type { CpuBurnOptions } from './cpu-burn.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { LimitedContainer } from './limited-container.ts';

export interface CpuThrottleOptions extends WorkerOptions {
  readonly processes: number;
  readonly cpus: number;
}

const { durationMs, processes, cpus } = workerOptions<CpuThrottleOptions>();
const life = lifetime(durationMs);
const container = new LimitedContainer({ cpus });
const children = new BoundChildren();
const burning: CpuBurnOptions = { durationMs, share: 1 };
const [file = '', ...args] = [
  ...container.entering,
  ...[process.execPath, fileURLToPath(new URL('./cpu-burn.js', import.meta.url)), JSON.stringify(burning)],
];
try {
  for (let i = 0; i < processes; i++) children.start(file, args);
  while (life.goesOn()) {
    if (children.size < processes)
      throw new Error('a process ended before its time: its cgroup did not take it');
    await life.pause(500);
  }
} finally {
  await container.end();
}
finish();
