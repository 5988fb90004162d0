/** Half-open connections to a listener of its own; see perl/syn-flood.pl. */
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { runBound } from './bound-program.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

export interface SynFloodOptions extends WorkerOptions {
  readonly backlog: number;
  readonly synsPerSecond: number;
}

const { durationMs, backlog, synsPerSecond } = workerOptions<SynFloodOptions>();
await runBound(perlCommand('syn-flood', backlog, synsPerSecond), lifetime(durationMs));
finish();
