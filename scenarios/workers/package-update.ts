/**
 * Does what an update of packages does to a machine: starts package managers, which are asked for their version alone, and unpacks files
 * of its own beside those that they then replace.
 */
import { randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

/** What has not ended yet is not started on top. */
const MOST_RUNNING = 16;

export interface PackageUpdateOptions extends WorkerOptions {
  /** What the paths of its files begin with. */
  readonly beginning: string;
  readonly programs: readonly string[];
  readonly packagesPerSecond: number;
  /** Of each package. */
  readonly files: number;
  readonly fileBytes: number;
}

const options = workerOptions<PackageUpdateOptions>();
const { durationMs, beginning, programs, packagesPerSecond, files, fileBytes } = options;
const life = lifetime(durationMs);
const children = new BoundChildren();
const paths = Array.from({ length: files }, (_, i) => `${beginning}package-${i}`);
const content = randomBytes(fileBytes);
try {
  for (let turn = 0; life.goesOn(); turn++) {
    const began = performance.now();
    if (children.size < MOST_RUNNING) children.start(programs[turn % programs.length] ?? '', ['--version']);
    children.assertStarted();
    for (const path of paths) {
      if (!life.goesOn()) break;
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    }
    await life.pause(1000 / packagesPerSecond - (performance.now() - began));
  }
} finally {
  for (const path of paths) for (const end of ['', '.new']) await rm(path + end, { force: true });
}
await children.end();
finish();
