/** Has a program listen in a network namespace of its own, which goes with it. */
import { enteringNamespace } from '../scenario/own-namespace.ts';
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { runBound } from './bound-program.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

export interface SnifferOptions extends WorkerOptions {
  readonly sockets: number;
}

const { durationMs, sockets } = workerOptions<SnifferOptions>();
const life = lifetime(durationMs);
await runBound([...(await enteringNamespace([])), ...perlCommand('packet-sockets', sockets)], life);
finish();
