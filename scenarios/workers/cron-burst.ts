/** Starts many short jobs at once, as cron does where they are all written down for the same minute. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

/** Harmless, soon over, and of coreutils. */
const JOBS = ['date', 'id -u', 'ls /', 'uname -a', 'wc -c /proc/loadavg', 'sort /proc/mounts', 'true'];

export interface CronBurstOptions extends WorkerOptions {
  readonly jobs: number;
  readonly intervalSeconds: number;
}

const { durationMs, jobs, intervalSeconds } = workerOptions<CronBurstOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
while (life.goesOn()) {
  // A slow machine may still be at the jobs of the burst before.
  for (let i = children.size; i < jobs; i++) children.start('sh', ['-c', JOBS[i % JOBS.length] ?? '']);
  await life.pause(intervalSeconds * 1000);
  children.assertStarted();
}
await children.end();
finish();
