/** Makes a report again and again, as a nightly job does: reads, computes, compresses, writes, and clears up. */
import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const BLOCK_BYTES = 1024 * 1024;
const compress = promisify(gzip);

export interface BatchJobOptions extends WorkerOptions {
  /** What the path of its file begins with. */
  readonly beginning: string;
  readonly bytesPerSecond: number;
  readonly fileBytes: number;
}

const { durationMs, beginning, bytesPerSecond, fileBytes } = workerOptions<BatchJobOptions>();
const life = lifetime(durationMs);
const path = `${beginning}file`;
const file = await open(path, 'wx');
// Without a name the kernel frees it however this process ends.
await unlink(path);
const intervalMs = (BLOCK_BYTES / bytesPerSecond) * 1000;
for (
  let offset = 0;
  life.goesOn();
  offset = offset + 2 * BLOCK_BYTES > fileBytes ? 0 : offset + BLOCK_BYTES
) {
  const began = performance.now();
  const report = await compress(randomBytes(BLOCK_BYTES));
  await file.write(report, 0, Math.min(report.length, BLOCK_BYTES), offset);
  await file.datasync();
  await life.pause(intervalMs - (performance.now() - began));
}
await file.close();
finish();
