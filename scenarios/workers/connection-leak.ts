/**
 * A service that never closes what its clients have closed, and the clients. Each sends a byte that nobody reads: the kernel then ends
 * the connection with a reset, however this process ends, and nothing waits.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const TICK_MS = 50;

export interface ConnectionLeakOptions extends WorkerOptions {
  readonly connections: number;
  readonly leakedPerSecond: number;
}

const { durationMs, connections, leakedPerSecond } = workerOptions<ConnectionLeakOptions>();
const life = lifetime(durationMs);
const held = new Set<Socket>();

function hold(socket: Socket): void {
  held.add(socket);
  socket.on('error', () => {}); // the other side was reset first
}

const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, hold);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
let leaked = 0;
for (let owed = 0; life.goesOn(); ) {
  owed = Math.min(connections - leaked, owed + (leakedPerSecond * TICK_MS) / 1000);
  for (; owed >= 1; owed--, leaked++) {
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    hold(client);
    client.end('x');
  }
  await life.pause(TICK_MS);
}
server.close();
for (const socket of held) socket.resetAndDestroy();
finish();
