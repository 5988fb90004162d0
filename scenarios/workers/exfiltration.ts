/**
 * Uploads random bytes, which no compression makes fewer, at a steady rate on one connection. What is uploaded is on the disk first, as
 * what an intruder gathered is: in a file that has no name, so that the kernel frees it however this process ends.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, unlink } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const SLICE_MS = 50;
/** So many slices are forced to the disk together. */
const SYNCED = 10;

export interface ExfiltrationOptions extends WorkerOptions {
  readonly folder: string;
  readonly target: Target;
  readonly bytesPerSecond: number;
  /** No more than this in all. */
  readonly bytes: number;
  /** Of the file, which is written over and over. */
  readonly stagedBytes: number;
}

const options = workerOptions<ExfiltrationOptions>();
const { durationMs, folder, target, bytesPerSecond, bytes, stagedBytes } = options;
const life = lifetime(durationMs);
const slice = randomBytes(Math.max(1, Math.round((bytesPerSecond * SLICE_MS) / 1000)));
const path = join(folder, `.exfiltration-${randomUUID()}`);
const staged = await open(path, 'wx');
await unlink(path);
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
const fitting = Math.max(1, Math.floor(stagedBytes / slice.length));
let sent = 0;
for (let slices = 0; life.goesOn() && failure === undefined && sent + slice.length <= bytes; slices++) {
  const began = performance.now();
  await staged.write(slice, 0, Math.min(slice.length, stagedBytes), (slices % fitting) * slice.length);
  if (slices % SYNCED === 0) await staged.datasync();
  sent += slice.length;
  if (!upload.write(slice)) await once(upload, 'drain', { signal: life.over }).catch(() => {});
  await life.pause(SLICE_MS - (performance.now() - began));
}
await staged.close();
const lost = failure;
// What still waits to be sent is not.
if (upload.socket !== null) reset(upload.socket);
finish();
if (lost !== undefined) throw new Error(`${target.host} takes no upload: ${lost.message}`);
