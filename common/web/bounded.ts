import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isOpenPage } from './open-pages.ts';
import { peerOf, type Seats } from './seats.ts';

/** Clients in use send one request after the other; each that waits for its turn holds some 10 KB. */
const MAX_PIPELINED = 8;

/** From this status on. */
const REFUSED = 400;

/** Milliseconds that a response may take. */
export type ResponseTime = number | ((request: IncomingMessage) => number | undefined);

/** What is known of a connection. */
interface Connection {
  unanswered: number;
  /** Each cuts it off when a response takes too long. */
  readonly timers: Set<NodeJS.Timeout>;
}

/** What Node keeps with a connection; it says so nowhere, so that it may not be there. */
interface Parsed {
  readonly parser?: { onIncoming: (() => number) | null } | null;
}
/** As after a CONNECT: what follows is no HTTP. */
const NO_MORE = 2;

/**
 * Closes a connection, and has no more of what came over it parsed: one piece may hold two thousand requests, 60 µs each, and connections are
 * accepted one after another.
 */
function cutOff(socket: Socket): void {
  const { parser } = socket as Parsed;
  if (parser) parser.onIncoming = () => NO_MORE;
  socket.destroy();
}

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
 * @param responseMs how long that may take, of all requests or by the request; undefined for responses that are meant to last
 */
export function bounded(
  handler: RequestListener,
  responseMs: ResponseTime | undefined,
  seats: Seats<string>,
): RequestListener {
  const connections = new WeakMap<Socket, Connection>();

  function connectionOf(socket: Socket): Connection {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = { unanswered: 0, timers: new Set() };
    connections.set(socket, connection);
    // A response that waits for those before it is not told that its connection was closed; its timer would hold all of it.
    socket.once('close', () => {
      for (const timer of connection.timers) clearTimeout(timer);
    });
    return connection;
  }

  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const connection = connectionOf(socket);
    if (connection.unanswered >= MAX_PIPELINED) {
      cutOff(socket);
      return;
    }
    connection.unanswered++;
    const peer = peerOf(socket);
    seats.began(peer);
    closeWhenRefused(response);
    const mostMs = typeof responseMs === 'function' ? responseMs(request) : responseMs;
    const timer = mostMs === undefined ? undefined : setTimeout(() => socket.destroy(), mostMs).unref();
    if (timer !== undefined) connection.timers.add(timer);
    response.once('close', () => {
      clearTimeout(timer);
      if (timer !== undefined) connection.timers.delete(timer);
      seats.answered(peer, response.statusCode < REFUSED && !isOpenPage(request.method, request.url));
      connection.unanswered--;
    });
    handler(request, response);
  };
}
