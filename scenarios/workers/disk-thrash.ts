/**
 * Writes one file over and over, each block forced to the disk. The file has no name from its first moment, so that
 * the kernel frees it however this process ends.
 */
import { open, unlink } from 'node:fs/promises';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;

export interface DiskThrashOptions extends WorkerOptions {
  /** What the path of its file begins with. */
  readonly beginning: string;
  readonly bytesPerSecond: number;
  readonly fileBytes: number;
}

const { durationMs, beginning, bytesPerSecond, fileBytes } = workerOptions<DiskThrashOptions>();
const life = lifetime(durationMs);
const blockBytes = Math.min(BLOCK_BYTES, fileBytes);
const intervalMs = (blockBytes / bytesPerSecond) * 1000;
const path = `${beginning}file`;
const file = await open(path, 'wx');
await unlink(path);
const block = Buffer.alloc(blockBytes, 0xa5);
for (let offset = 0; life.goesOn(); offset = offset + 2 * blockBytes > fileBytes ? 0 : offset + blockBytes) {
  const began = performance.now();
  await file.write(block, 0, blockBytes, offset);
  await file.datasync();
  await life.pause(intervalMs - (performance.now() - began));
}
await file.close();
finish();
