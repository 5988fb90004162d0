/** The other side of an attack: a service of the worker's own, which serves nobody but this machine. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
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
