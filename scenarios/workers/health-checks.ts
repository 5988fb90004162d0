/** Probes as a kubelet does, of both kinds: a command in a shell, and a request on a connection of its own. */
import { connect, type Socket } from 'node:net';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const TICK_MS = 50;
/** As a kubelet's: then the probe has failed. */
const TIMEOUT_MS = 1_000;
/** What is not answered yet is not asked for on top. */
const MOST_PENDING = 64;

export interface HealthChecksOptions extends WorkerOptions {
  readonly target: Target;
  /** Of each kind. */
  readonly probesPerSecond: number;
}

const { durationMs, target, probesPerSecond } = workerOptions<HealthChecksOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const pending = new Set<Socket>();
const tally = { asked: 0, answered: 0, failure: '' };

function request(): void {
  const socket = connect(target.port, target.address);
  pending.add(socket);
  tally.asked++;
  socket.setTimeout(TIMEOUT_MS, () => reset(socket));
  socket.once('connect', () =>
    socket.write(`GET / HTTP/1.1\r\nHost: ${target.host}\r\nUser-Agent: kube-probe/1.31\r\n\r\n`),
  );
  socket.once('data', () => {
    tally.answered++;
    reset(socket);
  });
  socket.on('error', ({ message }) => {
    tally.failure = message;
  });
  socket.once('close', () => pending.delete(socket));
}

for (let owed = 0; life.goesOn(); ) {
  for (owed += (probesPerSecond * TICK_MS) / 1000; owed >= 1; owed--) {
    if (children.size < MOST_PENDING) children.start('sh', ['-c', 'test -d / && exit 0']);
    if (pending.size < MOST_PENDING) request();
  }
  children.assertStarted();
  await life.pause(TICK_MS);
}
for (const socket of pending) reset(socket);
await children.end();
finish();
if (tally.asked > 0 && tally.answered === 0)
  throw new Error(`${target.host} answers nothing: ${tally.failure}`);
