/** Uploads random bytes, which no compression makes fewer, at a steady rate on one connection. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const SLICE_MS = 50;

export interface ExfiltrationOptions extends WorkerOptions {
  readonly target: Target;
  readonly bytesPerSecond: number;
  /** No more than this in all. */
  readonly bytes: number;
}

const { durationMs, target, bytesPerSecond, bytes } = workerOptions<ExfiltrationOptions>();
const life = lifetime(durationMs);
const slice = randomBytes(Math.max(1, Math.round((bytesPerSecond * SLICE_MS) / 1000)));
const upload = request({
  host: target.address,
  port: target.port,
  path: '/upload',
  method: 'POST',
  headers: { Host: target.host, 'Content-Type': 'application/octet-stream' },
});
let failure: Error | undefined;
upload.on('error', (error) => {
  failure ??= error;
});
let sent = 0;
while (life.goesOn() && failure === undefined && sent + slice.length <= bytes) {
  const began = performance.now();
  sent += slice.length;
  if (!upload.write(slice)) await once(upload, 'drain', { signal: life.over }).catch(() => {});
  await life.pause(SLICE_MS - (performance.now() - began));
}
const lost = failure;
// What still waits to be sent is not.
if (upload.socket !== null) reset(upload.socket);
finish();
if (lost !== undefined) throw new Error(`${target.host} takes no upload: ${lost.message}`);
