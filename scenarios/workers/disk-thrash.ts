/**
 * Writes one file over and over, each block forced to the disk. The file has no name from its first moment, so that
 * the kernel frees it however this process ends.
 */
import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
const FILE_BYTES = 64 * 1024 * 1024;
/** At full intensity; the disk may be slower. */
const MAX_BYTES_PER_SECOND = 128 * 1024 * 1024;

const { durationMs, intensity, folder } = workerOptions();
const goesOn = lifetime(durationMs);
const pauseMs = (BLOCK_BYTES / (MAX_BYTES_PER_SECOND * intensity)) * 1000;
const path = join(folder, `.disk-thrash-${randomUUID()}`);
const file = await open(path, 'wx');
await unlink(path);
const block = Buffer.alloc(BLOCK_BYTES, 0xa5);
for (let offset = 0; goesOn(); offset = (offset + BLOCK_BYTES) % FILE_BYTES) {
  const began = performance.now();
  await file.write(block, 0, BLOCK_BYTES, offset);
  await file.datasync();
  await sleep(Math.max(0, pauseMs - (performance.now() - began)));
}
await file.close();
finish();
