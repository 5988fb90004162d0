/** A scenario in this process, while it is on. */
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Context } from 'mocha';
import type { Scenario, ScenarioOptions } from '../../../scenarios/scenario/scenario.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { skip } from '../../support/skip.ts';

const HOUR_MS = 3_600_000;

function statOf(pid: string): { readonly parent: number; readonly state: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined; // it ended while we looked
  }
}

/** All processes that descend from one, zombies left out. */
function descendantsOf(ancestor = process.pid): number[] {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(pid);
    if (stat !== undefined && stat.state !== 'Z') parents.set(Number(pid), stat.parent);
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent === ancestor || (parent !== undefined && isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

/** What a link of a process's folder says, such as `exe` or `fd/0`; empty when it is gone. */
export function linkOf(pid: number, name: string): string {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return '';
  }
}

/** A file of a process's folder; empty when it is gone. */
export function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** Descendants of this process whose executable's name fits. */
export function programs(name: RegExp): number[] {
  return descendantsOf().filter((pid) => name.test(linkOf(pid, 'exe')));
}

/**
 * Runs a scenario until `look` finds what it looks for, stops it, and holds that no process and no file is left.
 *
 * @returns what `look` found
 */
export async function whileOn<T>(
  scenario: Scenario,
  look: (folder: string) => T | undefined | false | Promise<T | undefined | false>,
  more: Partial<ScenarioOptions> = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kubevigil-test-'));
  const abort = new AbortController();
  const before = new Set(descendantsOf());
  const run = scenario.run({ durationMs: HOUR_MS, intensity: 0.5, folder, ...more }, abort.signal);
  let ended: unknown;
  run.catch((error: unknown) => {
    ended = error;
  });
  try {
    return await waitFor(`the footprint of ${scenario.name}`, async () => {
      if (ended !== undefined) throw ended;
      return look(folder);
    });
  } finally {
    abort.abort();
    await run;
    const left = await waitFor(`the processes of ${scenario.name} to end`, () =>
      descendantsOf().every((pid) => before.has(pid)),
    ).catch((error: Error) => `${error.message}: ${descendantsOf().map((pid) => fileOf(pid, 'cmdline'))}`);
    expect(left).to.equal(true);
    expect(readdirSync(folder)).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  }
}

/** Skips with the reason that the scenario itself gives where it is not done on this machine. */
export async function needs(context: Context, scenario: Scenario, target?: string): Promise<void> {
  const options = { durationMs: HOUR_MS, intensity: 1, folder: tmpdir(), ...(target && { target }) };
  const refusal = await scenario.check(options).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (refusal !== undefined) skip(context, refusal);
}
