import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const FORKS_PER_SECOND = 7;

/** A stand-in for a node's exporter, which can be taken away and come back. */
export interface Exporter {
  readonly address: string;
  leave(): Promise<void>;
  /** On the same address, counting from 0. */
  comeBack(): Promise<void>;
}

/** Its counter rises with time, whoever looks, so that replicas see the same. */
function page(sinceMs: number, more: string): string {
  const seconds = (Date.now() - sinceMs) / 1_000;
  const used = 1_000 + (Math.floor(seconds) % 50);
  return [
    '# TYPE kubevigil_forks_total counter',
    `kubevigil_forks_total ${Math.floor(FORKS_PER_SECOND * seconds)}`,
    '# TYPE kubevigil_memory_bytes gauge',
    `kubevigil_memory_bytes{state="used"} ${used}`,
    `kubevigil_memory_bytes{state="available"} ${3_000 - used}`,
    more,
    '',
  ].join('\n');
}

/** @param more further lines of its page */
export async function startExporter(more = ''): Promise<Exporter> {
  let server: Server;
  async function listen(port: number): Promise<number> {
    const sinceMs = Date.now();
    server = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end(page(sinceMs, more));
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
  const port = await listen(0);
  return {
    address: `127.0.0.1:${port}`,
    async leave() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
    async comeBack() {
      await listen(port);
    },
  };
}
