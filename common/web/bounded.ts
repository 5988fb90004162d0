import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Clients in use send one request after the other; each that waits for its turn holds some 10 KB. */
const MAX_PIPELINED = 8;

/**
 * Bounds what one connection can hold: a client that sends many requests without reading is cut off, and so is one that
 * takes too long to read a response.
 *
 * @param responseMs how long that may take; undefined for responses that are meant to last
 */
export function bounded(handler: RequestListener, responseMs: number | undefined): RequestListener {
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
    const timer =
      responseMs === undefined ? undefined : setTimeout(() => socket.destroy(), responseMs).unref();
    response.once('close', () => {
      clearTimeout(timer);
      pending.set(socket, (pending.get(socket) ?? 1) - 1);
    });
    handler(request, response);
  };
}
