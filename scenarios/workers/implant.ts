/**
 * Behaves as what an intruder leaves behind: programs that run from a temporary folder and whose file is gone, a shell
 * again and again, and listeners. The program is `cat`, which does nothing and ends with this process.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { listenOnLoopback } from './listeners.ts';
import { programOnPath } from './program-on-path.ts';
import { startSteadily } from './start-steadily.ts';

const PROGRAM = 'cat';

export interface ImplantOptions extends WorkerOptions {
  /** What the paths of its files begin with, in a temporary folder. */
  readonly beginning: string;
  /** Programs started from the temporary folder, and as many shells. */
  readonly startsPerSecond: number;
  readonly listeners: number;
}

const { durationMs, beginning, startsPerSecond, listeners } = workerOptions<ImplantOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const program = programOnPath(PROGRAM);
const servers = listenOnLoopback(listeners);
await startSteadily(life, children, startsPerSecond, (count) => {
  const hidden = mkdtempSync(beginning);
  try {
    copyFileSync(program, join(hidden, PROGRAM));
    for (let i = 0; i < count; i++) {
      children.start(join(hidden, PROGRAM));
      children.start('sh', ['-c', 'read -r _']);
    }
  } finally {
    rmSync(hidden, { recursive: true });
  }
});
for (const server of servers) server.close();
await children.end();
finish();
