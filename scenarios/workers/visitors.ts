/** Asking a service over and over, on a number of connections that are kept; redirects are not followed. */
import { Agent, type OutgoingHttpHeaders, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Target } from '../scenario/targets.ts';
import type { Lifetime } from './lifetime.ts';
import { reset } from './reset.ts';

const ANSWER_MS = 5_000;

/** A request; without more it is a GET. */
export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface VisitorsOptions {
  readonly target: Target;
  readonly connections: number;
  /** All connections together. */
  readonly requestsPerSecond: number;
  /** With gaps as between people who do not know of each other (Poisson), in place of even ones. */
  readonly irregular?: true;
}

/** What came of it. */
export interface Tally {
  /** All but those that were cut off at the end. */
  asked: number;
  answered: number;
  /** Answers of status 400 and above. */
  refused: number;
  /** Of the last request that had no answer. */
  failure: string;
}

/** Asks one after the other what `next` says, until the lifetime is over. */
export async function visit(
  life: Lifetime,
  { target, connections, requestsPerSecond, irregular }: VisitorsOptions,
  next: () => Ask,
): Promise<Tally> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const sockets = new Set<Socket>();
  const tally: Tally = { asked: 0, answered: 0, refused: 0, failure: '' };

  function ask({ method = 'GET', path, headers = {}, body }: Ask): Promise<void> {
    tally.asked++;
    return new Promise((resolve) => {
      const outgoing = request({
        agent,
        host: target.address,
        port: target.port,
        path,
        method,
        headers: { Host: target.host, ...headers },
        timeout: ANSWER_MS,
      });
      outgoing.once('socket', (socket) => {
        if (sockets.has(socket)) return;
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
      outgoing.once('response', (response) => {
        tally.answered++;
        if ((response.statusCode ?? 0) >= 400) tally.refused++;
        response.resume().once('error', () => {});
        // Who closes first waits for a minute; a reset leaves nothing.
        const { socket } = response;
        if (response.headers.connection === 'close') response.prependOnceListener('end', () => reset(socket));
      });
      outgoing.once('error', (error) => {
        // What is cut off at the end was not refused by anybody.
        if (life.goesOn()) tally.failure = error.message;
        else tally.asked--;
      });
      outgoing.once('close', resolve);
      outgoing.end(body);
    });
  }

  async function visitor(index: number): Promise<void> {
    const intervalMs = (connections / requestsPerSecond) * 1000;
    await life.pause((index / connections) * intervalMs);
    while (life.goesOn()) {
      const began = performance.now();
      await ask(next());
      const gapMs = irregular ? -Math.log(1 - Math.random()) * intervalMs : intervalMs;
      await life.pause(gapMs - (performance.now() - began));
    }
  }

  life.over.addEventListener('abort', () => {
    for (const socket of sockets) reset(socket);
  });
  await Promise.all(Array.from({ length: connections }, (_, index) => visitor(index)));
  return tally;
}

/** @throws {Error} when a service was asked and never answered */
export function assertAnswered({ host }: Target, { asked, answered, failure }: Tally): void {
  if (asked > 0 && answered === 0) throw new Error(`${host} answers nothing: ${failure}`);
}
