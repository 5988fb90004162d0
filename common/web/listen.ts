import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../cli.ts';
import { formatListenAddress, type ListenAddress } from './listen-address.ts';

/** Longer than the usual scrape interval, so that Prometheus can keep its connection. */
const KEEP_ALIVE_MS = 150_000;
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

/** What a user can mend by choosing another address. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EAFNOSUPPORT: 'is of a kind that this machine does not have',
  ENOTFOUND: 'is not known here',
  EAI_AGAIN: 'could not be looked up',
  EACCES: 'may not be used without more rights',
};

/** A server that listens, and where: with port 0 the one that it got. */
export interface Listener {
  readonly server: Server;
  readonly address: string;
}

/**
 * Serves HTTP at one address.
 *
 * @param flag how the user says the address
 * @throws {UsageError} when that address cannot be had
 */
export async function listen(
  handler: RequestListener,
  { host, port }: ListenAddress,
  flag: string,
): Promise<Listener> {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    handler,
  );
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(server, 'listening');
  } catch (cause) {
    const reason = REASONS[(cause as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw cause;
    const address = formatListenAddress(host ?? '', port);
    throw new UsageError(`${flag} ${address} ${reason}`, { cause });
  }
  const bound = server.address() as AddressInfo;
  return { server, address: formatListenAddress(bound.address, bound.port) };
}

/** Stops: no new connections, idle ones closed at once, and after the grace period those still busy as well. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
