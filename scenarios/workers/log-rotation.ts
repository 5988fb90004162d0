/** Writes a log of its own, and rotates it as logrotate does: renames it, has gzip compress it, and removes the oldest. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const TICK_MS = 100;
const LINE = '10.1.2.3 - - [01/Jan/2026:00:00:00 +0000] "GET /items/7 HTTP/1.1" 200 5124 "-" "Mozilla/5.0"';

export interface LogRotationOptions extends WorkerOptions {
  /** What the paths of its files begin with. */
  readonly beginning: string;
  readonly bytesPerSecond: number;
  readonly logBytes: number;
  readonly kept: number;
}

const { durationMs, beginning, bytesPerSecond, logBytes, kept } = workerOptions<LogRotationOptions>();
const life = lifetime(durationMs);
const current = `${beginning}log`;
const old: string[] = [];
const perTick = Math.max(1, Math.round((bytesPerSecond * TICK_MS) / 1000 / LINE.length));

/** The file is its input and another its output: it ends when it has read it. */
async function compress(path: string): Promise<void> {
  const [source, result] = [await open(path, 'r'), await open(`${path}.gz`, 'w')];
  try {
    const child = spawn('gzip', ['-c'], { stdio: [source.fd, result.fd, 'ignore'], signal: life.over });
    const [code] = (await once(child, 'close').catch((error: Error) => {
      if (life.goesOn()) throw error;
      return [0];
    })) as [number | null];
    if (code !== 0 && life.goesOn()) throw new Error(`gzip ended with ${code}`);
  } finally {
    await source.close();
    await result.close();
  }
}

async function rotate(number: number): Promise<void> {
  const path = `${current}.${number}`;
  await rename(current, path);
  await compress(path);
  await rm(path);
  old.push(`${path}.gz`);
  while (old.length > kept) await rm(old.shift() ?? '', { force: true });
}

let rotations = 0;
try {
  while (life.goesOn()) {
    const file = await open(current, 'w');
    for (let written = 0; written < logBytes && life.goesOn(); ) {
      const lines = Array.from({ length: perTick }, (_, i) => `${LINE} ${written}.${i}\n`).join('');
      await file.write(lines);
      written += lines.length;
      await life.pause(TICK_MS);
    }
    await file.datasync();
    await file.close();
    if (life.goesOn()) await rotate(++rotations);
  }
} finally {
  const last = `${current}.${rotations}`;
  for (const path of [...old, current, last, `${last}.gz`]) await rm(path, { force: true });
}
finish();
