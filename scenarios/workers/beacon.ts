/**
 * Agents that call back again and again, each after a time with jitter: first over a channel that is dead, as by a list of names of which few are
 * ever registered, then over one that lives and lets them wait for an order that is never given.
 */
import { connect } from 'node:net';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { openSink } from './own-sink.ts';
import { reset } from './reset.ts';

/** Above are the ports that the kernel gives to clients and to the sink. */
const LAST_PORT = 32_767;
/** An agent's time between calls varies by this part of it. */
const JITTER = 0.3;
/** So long of that time it waits for an order. */
const WAITING = 0.8;
/** Of what is left of it, this part at most is lost to a dead channel. */
const DEAD = 0.5;

export interface BeaconOptions extends WorkerOptions {
  /** This machine's own. */
  readonly address: string;
  readonly agents: number;
  /** Between an agent's calls. */
  readonly intervalMs: number;
}

const { durationMs, address, agents, intervalMs } = workerOptions<BeaconOptions>();
const life = lifetime(durationMs);
const sink = await openSink(address, [0], (socket) => socket.resume());
let channel = Math.ceil(Math.random() * LAST_PORT);

/** Connects, says something, and leaves when nothing came of it in that time. */
async function call(port: number, line: string, waitMs: number): Promise<void> {
  const socket = connect(port, address);
  const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  socket.resume().once('connect', () => {
    if (line === '') reset(socket);
    else socket.write(line);
  });
  await Promise.race([life.pause(waitMs), closed]);
  reset(socket);
  await closed;
}

async function agent(number: number): Promise<void> {
  await life.pause(Math.random() * intervalMs);
  while (life.goesOn()) {
    const nextMs = intervalMs * (1 + JITTER * (2 * Math.random() - 1));
    const began = performance.now();
    channel = (channel % LAST_PORT) + 1;
    await call(channel, '', nextMs * (1 - WAITING) * DEAD);
    await call(sink.port, `GET /news?agent=${number} HTTP/1.1\r\nHost: news\r\n\r\n`, nextMs * WAITING);
    await life.pause(nextMs - (performance.now() - began));
  }
}

await Promise.all(Array.from({ length: agents }, (_, number) => agent(number)));
sink.close();
finish();
