/** More connections than a listener of its own takes; see perl/listen-overflow.pl. */
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { runBound } from './bound-program.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

export interface ListenOverflowOptions extends WorkerOptions {
  readonly backlog: number;
  readonly connectsPerSecond: number;
}

const { durationMs, backlog, connectsPerSecond } = workerOptions<ListenOverflowOptions>();
await runBound(perlCommand('listen-overflow', backlog, connectsPerSecond), lifetime(durationMs));
finish();
