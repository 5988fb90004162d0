/** Connections that lose much of what is sent; see perl/packet-loss.pl. */
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { runBound } from './bound-program.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

export interface PacketLossOptions extends WorkerOptions {
  readonly connections: number;
  readonly lostPercent: number;
}

const { durationMs, connections, lostPercent } = workerOptions<PacketLossOptions>();
await runBound(perlCommand('packet-loss', connections, lostPercent), lifetime(durationMs));
finish();
