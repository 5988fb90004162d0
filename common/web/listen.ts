import type { RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '../log.ts';
import { bind } from './bind.ts';
import { bounded, type ResponseTime } from './bounded.ts';
import type { WebConfigBook } from './config/book.ts';
import { admits, requestOptions } from './config/client-certificates.ts';
import { guarded } from './guard.ts';
import { Handshakes } from './handshakes.ts';
import type { ListenAddress } from './listen-address.ts';
import { createServer as createHttpServer } from './node-http.ts';
import { withOneHost } from './one-host.ts';
import { peerOf, Seats } from './seats.ts';

/** Longer than the usual scrape interval, so that Prometheus can keep its connection. */
const KEEP_ALIVE_MS = 150_000;
const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** For what is more another is closed: each connection may hold a page that its reader is slow to take. */
const MAX_CONNECTIONS = 256;
/** More are not even accepted; what was closed still counts there for a moment. */
const MAX_ACCEPTED = 2 * MAX_CONNECTIONS;

export interface ListenOptions {
  /** How the user says the address. */
  readonly flag: string;
  readonly logger: Logger;
  /** TLS, users and headers; without it plain HTTP for everybody. */
  readonly web?: WebConfigBook | undefined;
  /** A response that takes longer is cut off, whether its reader is slow or gone; without it none is. */
  readonly responseMs?: ResponseTime;
}

/** A server that listens, and where: with port 0 the one that it got. */
export interface Listener {
  readonly server: Server;
  readonly scheme: 'http' | 'https';
  readonly address: string;
  /** Stops: no new connections, idle ones closed at once, and after the grace period those still busy as well. */
  close(graceMs: number): Promise<void>;
}

const TIMEOUTS = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };

/** TLS whose material is that of the moment in which a connection begins. */
function createTlsServer(book: WebConfigBook, handler: RequestListener): Server {
  const clients = () => book.current().tls?.clients ?? { type: 'NoClientCert', allowedSans: undefined };
  let applied = book.current().tls;
  const server = createHttpsServer(
    { ...TIMEOUTS, ...applied?.context, ...requestOptions(clients()), handshakeTimeout: HANDSHAKE_MS },
    handler,
  );
  const handshakes = new Handshakes();
  server.prependListener('connection', (raw: Socket) => {
    handshakes.begin(raw);
    const { tls } = book.current();
    if (tls !== undefined && tls !== applied) server.setSecureContext(tls.context);
    applied = tls;
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    handshakes.done(socket);
    if (!admits(clients(), socket)) socket.destroy();
  });
  return server;
}

function createServer(
  handler: RequestListener,
  { web, responseMs, logger }: ListenOptions,
  seats: Seats<string>,
): Server {
  const asked = withOneHost(web === undefined ? handler : guarded(web, handler, logger));
  const admitted = bounded(asked, responseMs, seats);
  return web?.current().tls === undefined
    ? createHttpServer(TIMEOUTS, admitted)
    : createTlsServer(web, admitted);
}

/**
 * Serves HTTP, or HTTPS when the web configuration has TLS, at one address.
 *
 * @throws {UsageError} when that address cannot be had
 */
export async function listen(
  handler: RequestListener,
  at: ListenAddress,
  options: ListenOptions,
): Promise<Listener> {
  const seats = new Seats<string>(MAX_CONNECTIONS);
  const server = createServer(handler, options, seats);
  server.maxConnections = MAX_ACCEPTED;
  // A TLS handshake that never ends is no connection to the HTTP server, and would keep it from closing.
  const sockets = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    sockets.set(peer, socket);
    socket.once('close', () => {
      if (sockets.get(peer) !== socket) return;
      sockets.delete(peer);
      seats.leave(peer);
    });
    const surplus = seats.take(peer, socket.remoteAddress ?? '');
    if (surplus !== undefined) sockets.get(surplus)?.destroy();
  });
  const address = await bind(server, at, options.flag);
  return {
    server,
    scheme: options.web?.current().tls === undefined ? 'http' : 'https',
    address,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        for (const socket of sockets.values()) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
