/**
 * Packs data of its own again and again, as a backup does: reads it, compresses it, writes an archive and uploads it. The files have no
 * name, so that the kernel frees them however this process ends.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Target } from '../scenario/targets.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const BLOCK_BYTES = 1024 * 1024;
const compress = promisify(gzip);

export interface BackupOptions extends WorkerOptions {
  readonly folder: string;
  readonly target: Target;
  readonly bytesPerSecond: number;
  readonly dataBytes: number;
}

const { durationMs, folder, target, bytesPerSecond, dataBytes } = workerOptions<BackupOptions>();
const life = lifetime(durationMs);

async function nameless(what: string): Promise<FileHandle> {
  const path = join(folder, `.backup-${what}-${randomUUID()}`);
  const file = await open(path, 'wx+');
  await unlink(path);
  return file;
}

const [data, archive] = [await nameless('data'), await nameless('archive')];
const blocks = Math.max(1, Math.floor(dataBytes / BLOCK_BYTES));
const block = randomBytes(BLOCK_BYTES);
for (let i = 0; i < blocks && life.goesOn(); i++) await data.write(block, 0, BLOCK_BYTES, i * BLOCK_BYTES);
const upload = request({
  host: target.address,
  port: target.port,
  path: '/upload',
  method: 'POST',
  headers: { Host: target.host, 'Content-Type': 'application/gzip' },
});
let failure: Error | undefined;
upload.on('error', (error) => {
  failure ??= error;
});
const intervalMs = (BLOCK_BYTES / bytesPerSecond) * 1000;
for (let turn = 0; life.goesOn() && failure === undefined; turn++) {
  const began = performance.now();
  const offset = (turn % blocks) * BLOCK_BYTES;
  await data.read(block, 0, BLOCK_BYTES, offset);
  const packed = await compress(block);
  await archive.write(packed, 0, Math.min(packed.length, BLOCK_BYTES), offset);
  await archive.datasync();
  if (!upload.write(packed)) await once(upload, 'drain', { signal: life.over }).catch(() => {});
  await life.pause(intervalMs - (performance.now() - began));
}
const lost = failure;
if (upload.socket !== null) reset(upload.socket);
for (const file of [data, archive]) await file.close();
finish();
if (lost !== undefined) throw new Error(`${target.host} takes no upload: ${lost.message}`);
