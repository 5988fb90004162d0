/** Creates files of its own in a watched folder, changes them again and again, and removes them. */
import { appendFile, rm } from 'node:fs/promises';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

export interface FileTamperOptions extends WorkerOptions {
  /** What the files' paths begin with. */
  readonly beginning: string;
  readonly files: number;
  /** Of each file. */
  readonly changesPerSecond: number;
}

const options = workerOptions<FileTamperOptions>();
const { durationMs, beginning, files, changesPerSecond } = options;
const life = lifetime(durationMs);
const paths = Array.from({ length: files }, (_, number) => `${beginning}${number}`);
try {
  while (life.goesOn()) {
    for (const path of paths) await appendFile(path, 'x');
    await life.pause(1000 / changesPerSecond);
  }
} finally {
  for (const path of paths) await rm(path, { force: true });
}
finish();
