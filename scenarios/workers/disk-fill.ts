/**
 * Fills a filesystem bit by bit with one file, and holds it. The file has no name from its first moment, so that the kernel frees it
 * however this process ends.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
const PIECES = 16;
/** All of it is taken in this part of the time, and held for the rest. */
const RAMP = 0.2;

export interface DiskFillOptions extends WorkerOptions {
  readonly folder: string;
  readonly bytes: number;
}

const { durationMs, folder, bytes } = workerOptions<DiskFillOptions>();
const life = lifetime(durationMs);
const path = join(folder, `.disk-fill-${randomUUID()}`);
const file = await open(path, 'wx');
await unlink(path);

/** Takes the space without a write, where the filesystem can and there is util-linux. */
async function allocate(offset: number, length: number): Promise<boolean> {
  const args = ['--offset', String(offset), '--length', String(length), '/proc/self/fd/3'];
  const child = spawn('fallocate', args, { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
  const [code] = (await once(child, 'close').catch(() => [1])) as [number | null];
  return code === 0;
}

async function write(offset: number, length: number): Promise<void> {
  const block = Buffer.alloc(Math.min(BLOCK_BYTES, length), 0xa5);
  for (let done = 0; done < length && life.goesOn(); done += block.length)
    await file.write(block, 0, Math.min(block.length, length - done), offset + done);
}

const pieceBytes = Math.ceil(bytes / PIECES);
for (let piece = 0; piece < PIECES && life.goesOn(); piece++) {
  const offset = piece * pieceBytes;
  if (!(await allocate(offset, pieceBytes))) await write(offset, pieceBytes);
  await life.pause((durationMs * RAMP) / PIECES);
}
await life.pause(durationMs);
await file.close();
finish();
