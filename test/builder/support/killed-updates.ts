import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ROOT } from '../../support/paths.ts';
import type { MakeOptions } from './make.ts';

const CHILD = join(ROOT, 'dist', 'test', 'builder', 'support', 'update-main.js');
/** Updates that run to their end, to know how long that takes. */
const WHOLE = 3;

function warmChild(): { child: ChildProcess; ready: Promise<unknown> } {
  const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  return { child, ready: once(child, 'message') };
}

export interface Killing {
  readonly kills: number;
  readonly random: () => number;
  /** Says what the next updates are to make, counted from 0. */
  readonly prepare: (round: number) => void;
  /** One for each dataset that a process updates at once: to start one costs as much CPU time as several updates. */
  readonly options: readonly MakeOptions[];
}

/** Updates datasets by one process after the other, until so many updates were killed (-9), each time at a random moment for all that run. */
export async function killUpdates({ kills, random, prepare, options }: Killing): Promise<void> {
  let next = warmChild();
  let longestMs = 0;
  let killed = 0;
  for (let round = 0; killed < kills; round++) {
    const { child, ready } = next;
    await ready;
    next = warmChild();
    prepare(round);
    const done = new Set<unknown>();
    child.on('message', (output) => done.add(output));
    const exited = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    const startedMs = performance.now();
    child.send(options);
    const lifeMs = round < WHOLE ? undefined : random() * longestMs;
    await (lifeMs === undefined ? exited : Promise.race([exited, sleep(lifeMs)]));
    if (lifeMs === undefined) longestMs = Math.max(longestMs, performance.now() - startedMs);
    child.kill('SIGKILL');
    const [[code, signal]] = (await exited) as [[number | null, string | null], unknown];
    expect(code === null || code === 0, `ended with ${code}`).to.equal(true);
    if (signal === 'SIGKILL') killed += options.length - done.size;
  }
  next.child.kill('SIGKILL');
  await once(next.child, 'exit');
}
