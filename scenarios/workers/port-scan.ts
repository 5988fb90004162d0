/** Connects to one port of loopback after the other; whoever answers is left at once with a reset. */
import { connect } from 'node:net';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const ADDRESS = '127.0.0.1';
const TICK_MS = 20;
/** Above are the ports that the kernel gives to clients, where a scan would find itself. */
const LAST_PORT = 32_767;

export interface PortScanOptions extends WorkerOptions {
  readonly portsPerSecond: number;
}

const { durationMs, portsPerSecond } = workerOptions<PortScanOptions>();
const life = lifetime(durationMs);

function probe(port: number): void {
  const socket = connect(port, ADDRESS);
  socket.once('connect', () => reset(socket));
  socket.once('error', () => socket.destroy());
}

let port = 1;
for (let owed = 0; life.goesOn(); ) {
  owed += (portsPerSecond * TICK_MS) / 1000;
  for (; owed >= 1; owed--) {
    probe(port);
    port = (port % LAST_PORT) + 1;
  }
  await life.pause(TICK_MS);
}
finish();
