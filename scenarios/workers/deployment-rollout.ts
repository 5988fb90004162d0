/** Replaces small services of its own by others of their kind. Each is a process beside a listener on loopback, and has connections. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const MINUTE_MS = 60_000;
const PROGRAM = 'cat';

export interface DeploymentRolloutOptions extends WorkerOptions {
  readonly replicas: number;
  /** To each replica. */
  readonly connections: number;
  readonly replacedPerMinute: number;
}

interface Replica {
  readonly server: Server;
  readonly clients: readonly Socket[];
}

const options = workerOptions<DeploymentRolloutOptions>();
const { durationMs, replicas: wanted, connections, replacedPerMinute } = options;
const life = lifetime(durationMs);
const children = new BoundChildren();
const replicas: Replica[] = [];

async function start(): Promise<void> {
  children.start(PROGRAM);
  // Echoes what a client says, as a probe of the new one would want.
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: connections }, () => connect(port, '127.0.0.1'));
  for (const client of clients) client.on('error', () => {}).write('hello');
  replicas.push({ server, clients });
}

function stopOldest(): void {
  const oldest = replicas.shift();
  for (const client of oldest?.clients ?? []) reset(client);
  oldest?.server.close();
  children.release(replicas.length);
}

while (life.goesOn()) {
  await start();
  if (replicas.length > wanted) stopOldest();
  children.assertStarted();
  if (replicas.length >= wanted) await life.pause(MINUTE_MS / replacedPerMinute);
}
while (replicas.length > 0) stopOldest();
await children.end();
finish();
