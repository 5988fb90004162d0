/** Holds connections to a mining pool of its own, which gives no work, and speaks to it as miners do (Stratum, a line of JSON each). */
import { connect, type Socket } from 'node:net';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { openSink } from './own-sink.ts';
import { reset } from './reset.ts';

/** Ports of pools that the default rule mining_port names. */
const POOL_PORTS = [3333, 4444, 5555, 7777, 14444, 45700];
const KEEPALIVE_MS = 1_000;
const LOGIN = { id: 1, method: 'login', params: { login: 'nobody', pass: 'x', agent: 'kubevigil-scenario' } };
const KEEPALIVE = { id: 2, method: 'keepalived', params: {} };

export interface MiningOptions extends WorkerOptions {
  /** This machine's own. */
  readonly address: string;
  readonly connections: number;
}

const { durationMs, address, connections } = workerOptions<MiningOptions>();
const life = lifetime(durationMs);
const pool = await openSink(address, POOL_PORTS, (socket) => {
  socket.on('data', () => socket.write('{"id":1,"result":{"status":"OK"},"error":null}\n'));
});
const say = (socket: Socket, line: object) => {
  if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
};
const miners = Array.from({ length: connections }, () => {
  const socket = connect(pool.port, address);
  socket.once('connect', () => say(socket, LOGIN)).on('error', () => {});
  return socket.resume();
});
while (life.goesOn()) {
  await life.pause(KEEPALIVE_MS);
  for (const miner of miners) if (!miner.connecting) say(miner, KEEPALIVE);
}
for (const miner of miners) reset(miner);
pool.close();
finish();
