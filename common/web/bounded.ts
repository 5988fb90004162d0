import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isOpenPage } from './open-pages.ts';
import { peerOf, type Seats } from './seats.ts';

/** Clients in use send one request after the other; each that waits for its turn holds some 10 KB. */
const MAX_PIPELINED = 8;

/** From this status on. */
const REFUSED = 400;

/** Every head is written by writeHead(), also those that nobody writes. */
function closeWhenRefused(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    if (status >= REFUSED) response.shouldKeepAlive = false;
    return writeHead(status, ...rest);
  };
}

/**
 * Bounds what one connection can hold: a client that sends many requests without reading is cut off, and so is one that
 * takes too long to read a response. Who is refused something is refused the connection as well.
 *
 * @param seats learn who is being answered, and who was admitted
 * @param responseMs how long that may take; undefined for responses that are meant to last
 */
export function bounded(
  handler: RequestListener,
  responseMs: number | undefined,
  seats: Seats<string>,
): RequestListener {
  const pending = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    // What else came in the same piece is still parsed after the connection was cut off.
    if (socket.destroyed) return;
    const count = (pending.get(socket) ?? 0) + 1;
    if (count > MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    pending.set(socket, count);
    const peer = peerOf(socket);
    seats.began(peer);
    closeWhenRefused(response);
    const timer =
      responseMs === undefined ? undefined : setTimeout(() => socket.destroy(), responseMs).unref();
    response.once('close', () => {
      clearTimeout(timer);
      seats.answered(peer, response.statusCode < REFUSED && !isOpenPage(request.method, request.url));
      pending.set(socket, (pending.get(socket) ?? 1) - 1);
    });
    handler(request, response);
  };
}
