/** Sends datagrams to one address at a steady rate, once it is known that somebody lives there. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const TICK_MS = 20;
const ANSWER_MS = 5_000;

export interface NetworkFloodOptions extends WorkerOptions {
  readonly target: Target;
  readonly packetsPerSecond: number;
  readonly packetBytes: number;
}

const { durationMs, target, packetsPerSecond, packetBytes } = workerOptions<NetworkFloodOptions>();
const life = lifetime(durationMs);

/** @throws {Error} when nobody answers: a label without its effect would be worse than none */
async function knock({ address, port, host }: Target): Promise<void> {
  const socket = connect(port, address);
  const signal = AbortSignal.any([life.over, AbortSignal.timeout(ANSWER_MS)]);
  try {
    await once(socket, 'connect', { signal });
  } catch (cause) {
    if (life.goesOn()) throw new Error(`${host} does not answer: ${(cause as Error).message}`, { cause });
  } finally {
    reset(socket);
  }
}

await knock(target);
const socket = createSocket(target.address.includes(':') ? 'udp6' : 'udp4');
// That the port takes no datagrams is told by ICMP, and no matter.
socket.on('error', () => {});
const packet = randomBytes(packetBytes);
for (let owed = 0; life.goesOn(); ) {
  owed += (packetsPerSecond * TICK_MS) / 1000;
  for (; owed >= 1; owed--) socket.send(packet, target.port, target.address);
  await life.pause(TICK_MS);
}
socket.close();
finish();
