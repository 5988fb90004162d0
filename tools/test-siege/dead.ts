/** A mount whose server is stopped, with a process that runs from it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fuseMount } from '../../test/support/fuse-mount.ts';
import type { Cell } from './cells.ts';
import { ENTER } from './marks/actor.ts';

/** As long as a program takes to be started from it. */
const STARTS_MS = 1_000;

export interface DeadMount {
  /** What file rules may watch there. */
  readonly paths: readonly string[];
  /** From then on nobody is answered. */
  die(): void;
  end(): Promise<void>;
}

/** Mounts it below the folder, and starts its program in the container; a text says why that cannot be had. */
export async function mountToDie(folder: string, cell: Cell): Promise<DeadMount | string> {
  const at = join(folder, 'dead');
  mkdirSync(at);
  const mount = fuseMount(at, '/bin/sleep');
  if (typeof mount === 'string') return mount;
  const program = join(at, 'program');
  const enter = `${ENTER} exec { $ARGV[0] } @ARGV`;
  const child = spawn('perl', ['-e', enter, cell.doors.join('\n'), program, '86400'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await sleep(STARTS_MS);
  return {
    paths: [program, join(at, 'other')],
    die: () => mount.stop(),
    async end() {
      await mount.end();
      child.kill('SIGKILL');
      await ended;
    },
  };
}
