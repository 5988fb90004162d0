/** Agents that call back again and again, each after a time with jitter and to another port, and wait for an order that is never given. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { meet } from './own-sink.ts';
import { reset } from './reset.ts';

/** An agent's time between calls varies by this part of it. */
const JITTER = 0.3;
/** So long of that time it waits for an order. */
const WAITING = 0.8;

export interface BeaconOptions extends WorkerOptions {
  /** This machine's own. */
  readonly address: string;
  readonly agents: number;
  /** Between an agent's calls. */
  readonly intervalMs: number;
}

const { durationMs, address, agents, intervalMs } = workerOptions<BeaconOptions>();
const life = lifetime(durationMs);

async function agent(number: number): Promise<void> {
  await life.pause(Math.random() * intervalMs);
  while (life.goesOn()) {
    const nextMs = intervalMs * (1 + JITTER * (2 * Math.random() - 1));
    const socket = await meet(address);
    socket.write(`GET /news?agent=${number} HTTP/1.1\r\nHost: news\r\n\r\n`);
    await life.pause(nextMs * WAITING);
    reset(socket);
    await life.pause(nextMs * (1 - WAITING));
  }
}

await Promise.all(Array.from({ length: agents }, (_, number) => agent(number)));
finish();
