/** The other side of an attack: a service of the worker's own, which serves nobody but this machine. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { reset } from './reset.ts';

export interface Sink {
  readonly port: number;
  /** Ends it, with all connections. */
  close(): void;
}

async function bind(server: Server, address: string, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    server.listen(port, address);
    try {
      await once(server, 'listening');
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`port ${ports.join(', ')} of ${address} is taken: nothing can listen there`);
}

/**
 * Listens on an address of this machine, at the first of the ports that is free (0: any).
 *
 * Whoever comes from another address is turned away before he is served.
 */
export async function openSink(
  address: string,
  ports: readonly number[],
  serve: (socket: Socket) => void,
): Promise<Sink> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {}); // the other side is gone
    if (socket.remoteAddress !== address) {
      reset(socket);
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket);
  });
  await bind(server, address, ports);
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) reset(socket);
    },
  };
}

/**
 * A connection to a port of this machine at which something listens for this one moment, so that each is a destination of its own and no
 * listener stays.
 *
 * @returns its end at the client; the other one ends with it
 */
export async function meet(address: string): Promise<Socket> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  await bind(server, address, [0]);
  const socket = connect((server.address() as AddressInfo).port, address).on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([once(server, 'connection'), closed]);
  server.close();
  return socket.resume();
}
