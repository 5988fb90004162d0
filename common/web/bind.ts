import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { UsageError } from '../cli.ts';
import { formatListenAddress, type ListenAddress } from './listen-address.ts';

/** What a user can mend by choosing another address. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EAFNOSUPPORT: 'is of a kind that this machine does not have',
  ENOTFOUND: 'is not known here',
  EAI_AGAIN: 'could not be looked up',
  EACCES: 'may not be used without more rights',
};

/**
 * Has a server listen.
 *
 * @param flag how the user says the address
 * @returns where it listens, `host:port`; with port 0 the one that it got
 * @throws {UsageError} when that address cannot be had
 */
export async function bind(server: Server, { host, port }: ListenAddress, flag: string): Promise<string> {
  try {
    server.listen({ port, ...(host === undefined ? {} : { host }) });
    await once(server, 'listening');
  } catch (cause) {
    const reason = REASONS[(cause as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw cause;
    throw new UsageError(`${flag} ${formatListenAddress(host ?? '', port)} ${reason}`, { cause });
  }
  const bound = server.address() as AddressInfo;
  return formatListenAddress(bound.address, bound.port);
}
