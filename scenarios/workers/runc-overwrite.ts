/**
 * Overwrites programs of its own by way of /proc/<pid>/exe of who runs them: opens that for reading, is refused to write while it runs, and
 * writes as soon as it has ended. The program is `cat`, which does nothing and ends with this process; so it goes on doing after that.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, copyFile, type FileHandle, open, rm, stat } from 'node:fs/promises';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { programOnPath } from './program-on-path.ts';

const RUNNABLE = 0o755;
/** Behind the end of the program, where nothing reads it. */
const WRITTEN_BYTES = 16;

export interface RuncOverwriteOptions extends WorkerOptions {
  /** What the files' paths begin with. */
  readonly beginning: string;
  readonly files: number;
  /** Between two times that a file is overwritten. */
  readonly intervalSeconds: number;
}

const { durationMs, beginning, files, intervalSeconds } = workerOptions<RuncOverwriteOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const paths = Array.from({ length: files }, (_, number) => `${beginning}runc-${number}`);

/** Opens what a descriptor of this process leads to, for writing: not while anybody runs it. */
async function reopen({ fd }: FileHandle): Promise<FileHandle | undefined> {
  try {
    return await open(`/proc/self/fd/${fd}`, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ETXTBSY') return undefined;
    throw error;
  }
}

async function overwrite(path: string, end: number): Promise<void> {
  const running = children.start(path);
  const ended = once(running, 'exit');
  const program = await open(`/proc/${running.pid}/exe`, 'r');
  try {
    const early = await reopen(program);
    if (early !== undefined) throw new Error(`${path} could be written to while it ran`);
    running.stdin.end();
    await ended;
    const writable = await reopen(program);
    await writable?.write(randomBytes(WRITTEN_BYTES), 0, WRITTEN_BYTES, end);
    await writable?.close();
  } finally {
    await program.close();
  }
}

try {
  const cat = programOnPath('cat');
  const { size } = await stat(cat);
  for (const path of paths) {
    await copyFile(cat, path);
    await chmod(path, RUNNABLE);
  }
  while (life.goesOn()) {
    const began = performance.now();
    for (const path of paths) if (life.goesOn()) await overwrite(path, size);
    await life.pause(intervalSeconds * 1000 - (performance.now() - began));
  }
} finally {
  for (const path of paths) await rm(path, { force: true });
}
await children.end();
finish();
