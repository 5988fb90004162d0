/** Takes memory bit by bit and writes to all of it; the kernel takes it back however this process ends. */
import { writeFileSync } from 'node:fs';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
/** All of it is taken in this part of the time, and held for the rest. */
const RAMP = 0.2;

export interface MemoryLeakOptions extends WorkerOptions {
  readonly bytes: number;
}

// Should memory run out all the same, this is what the kernel kills.
writeFileSync('/proc/self/oom_score_adj', '1000');
const { durationMs, bytes } = workerOptions<MemoryLeakOptions>();
const life = lifetime(durationMs);
const chunks = Math.ceil(bytes / CHUNK_BYTES);
const leaked: Buffer[] = [];
while (life.goesOn()) {
  if (leaked.length < chunks) leaked.push(Buffer.alloc(Math.min(CHUNK_BYTES, bytes), 0xa5));
  await life.pause(leaked.length < chunks ? (durationMs * RAMP) / chunks : durationMs);
}
finish();
