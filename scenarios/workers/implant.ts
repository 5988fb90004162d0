/**
 * Behaves as what an intruder leaves behind: programs that run from a temporary folder and whose file is gone, a shell
 * again and again, and listeners. The program is `cat`, which does nothing and ends with this process.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { reset } from './reset.ts';

const TICK_MS = 500;
/** Longer than a polling agent's second, so that it sees each. */
const LIVES_MS = 1_500;
const PROGRAM = 'cat';

export interface ImplantOptions extends WorkerOptions {
  /** A temporary one. */
  readonly folder: string;
  /** Programs started from the temporary folder, and as many shells. */
  readonly startsPerSecond: number;
  readonly listeners: number;
}

function copyProgram(to: string): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of folders) {
    try {
      copyFileSync(join(folder, PROGRAM), to);
      return;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`there is no ${PROGRAM} on PATH to copy`);
}

function listen(): Server {
  // Whoever connects is turned away.
  return createServer((socket) => reset(socket)).listen(0, '127.0.0.1');
}

const { durationMs, folder, startsPerSecond, listeners } = workerOptions<ImplantOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const servers = Array.from({ length: listeners }, listen);
const perTick = Math.max(1, Math.round((startsPerSecond * TICK_MS) / 1000));
const alive = (2 * perTick * LIVES_MS) / TICK_MS;
while (life.goesOn()) {
  const hidden = mkdtempSync(join(folder, '.kubevigil-implant-'));
  try {
    copyProgram(join(hidden, PROGRAM));
    for (let i = 0; i < perTick; i++) {
      children.start(join(hidden, PROGRAM));
      children.start('sh', ['-c', 'read -r _']);
    }
  } finally {
    rmSync(hidden, { recursive: true });
  }
  children.release(alive);
  children.assertStarted();
  await life.pause(TICK_MS);
}
for (const server of servers) server.close();
await children.end();
finish();
