/** Looks where one could go from here: one port of an address after the other, those of databases and control planes first, and a service that was allowed. */
import { connect } from 'node:net';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { meet } from './own-sink.ts';
import { reset } from './reset.ts';

const TICK_MS = 20;
/** Above are the ports that the kernel gives to clients, where a scan would find itself. */
const LAST_PORT = 32_767;
const FIRST = [22, 80, 443, 2379, 3306, 5432, 6379, 6443, 8080, 8443, 9200, 10_250, 10_255, 11_211, 27_017];
/** The service is asked again after so many ports. */
const SERVICE_EACH = 20;
/** After so many ports there is one that is open, which is listened to for what it is. */
const OPEN_EACH = 4;
const LISTENED_MS = 1_500;

export interface LateralScanOptions extends WorkerOptions {
  /** This machine's own. */
  readonly address: string;
  readonly target: Target;
  readonly probesPerSecond: number;
}

const { durationMs, address, target, probesPerSecond } = workerOptions<LateralScanOptions>();
const life = lifetime(durationMs);

function probe(port: number, host: string): void {
  const socket = connect(port, host);
  socket.once('connect', () => reset(socket));
  socket.once('error', () => socket.destroy());
}

/** An open port of this worker's own. */
async function find(): Promise<void> {
  const socket = await meet(address);
  await life.pause(LISTENED_MS);
  reset(socket);
}

const rest = Array.from({ length: LAST_PORT }, (_, i) => i + 1).filter((port) => !FIRST.includes(port));
const ports = [...FIRST, ...rest];
let at = 0;
for (let owed = 0; life.goesOn(); ) {
  owed += (probesPerSecond * TICK_MS) / 1000;
  for (; owed >= 1; owed--) {
    if (at % SERVICE_EACH === 0) probe(target.port, target.address);
    if (at % OPEN_EACH === 0) void find();
    probe(ports[at % ports.length] as number, address);
    at++;
  }
  await life.pause(TICK_MS);
}
finish();
