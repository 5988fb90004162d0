/** Asks a service over and over, on a number of connections that are kept; redirects are not followed. */
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const ANSWER_MS = 5_000;

export interface HttpRequestsOptions extends WorkerOptions {
  readonly target: Target;
  readonly connections: number;
  /** All connections together. */
  readonly requestsPerSecond: number;
  /** With gaps as between people who do not know of each other (Poisson), in place of even ones. */
  readonly irregular?: true;
  /** Asked in turn. */
  readonly paths: readonly string[];
  /** Sent by POST as JSON; without it a GET. */
  readonly body?: object;
}

const options = workerOptions<HttpRequestsOptions>();
const { durationMs, target, connections, requestsPerSecond, irregular, paths, body } = options;
const life = lifetime(durationMs);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const sockets = new Set<Socket>();
const payload = body === undefined ? undefined : JSON.stringify(body);
let asked = 0;
let answered = 0;
let failure = '';

function ask(): Promise<void> {
  const path = paths[asked++ % paths.length] as string;
  return new Promise((resolve) => {
    const outgoing = request({
      agent,
      host: target.address,
      port: target.port,
      path,
      method: payload === undefined ? 'GET' : 'POST',
      headers: { Host: target.host, ...(payload !== undefined && { 'Content-Type': 'application/json' }) },
      timeout: ANSWER_MS,
    });
    outgoing.once('socket', (socket) => {
      if (sockets.has(socket)) return;
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.once('response', (response) => {
      answered++;
      response.resume().once('error', () => {});
    });
    outgoing.once('error', (error) => {
      failure = error.message;
    });
    outgoing.once('close', resolve);
    outgoing.end(payload);
  });
}

async function visitor(index: number): Promise<void> {
  const intervalMs = (connections / requestsPerSecond) * 1000;
  await life.pause((index / connections) * intervalMs);
  while (life.goesOn()) {
    const began = performance.now();
    await ask();
    const gapMs = irregular ? -Math.log(1 - Math.random()) * intervalMs : intervalMs;
    await life.pause(gapMs - (performance.now() - began));
  }
}

life.over.addEventListener('abort', () => {
  for (const socket of sockets) reset(socket);
});
await Promise.all(Array.from({ length: connections }, (_, index) => visitor(index)));
finish();
if (asked > 0 && answered === 0) throw new Error(`${target.host} answers nothing: ${failure}`);
