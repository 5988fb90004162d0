/** Has children of a child attached to and changed; they end with it, and it ends with this process. */
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { runBound } from './bound-program.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

export interface ProcessInjectionOptions extends WorkerOptions {
  readonly processes: number;
}

const { durationMs, processes } = workerOptions<ProcessInjectionOptions>();
await runBound(perlCommand('injection', processes), lifetime(durationMs));
finish();
