import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { OWN_PREFIX, placesFor } from '../../scenarios/scenario/limited-container.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { needsPods } from '../support/pod.ts';
import { skip } from '../support/skip.ts';
import { AS_NOBODY, LoneScenario } from './support/lone-scenario.ts';

const HOUR_MS = 3_600_000;
const options = { durationMs: HOUR_MS, intensity: 1, folder: '/nonexistent' };

/** The folders of scenarios' containers on this machine. */
function ours(): string[] {
  const places = placesFor(['cpu', 'memory']);
  if (typeof places === 'string') return [];
  return [...new Set(places.map(({ parent }) => parent))].flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => name.includes(OWN_PREFIX))
      .map((name) => join(parent, name)),
  );
}

function kills(): number {
  return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1]);
}

/** How often the CPU limit of one of our containers held somebody back. */
function throttled(): number {
  const texts = ours().map((folder) => {
    try {
      return readFileSync(join(folder, 'cpu.stat'), 'utf8');
    } catch {
      return ''; // of another hierarchy, or it went while we looked
    }
  });
  return Math.max(0, ...texts.map((text) => Number(/^nr_throttled (\d+)$/m.exec(text)?.[1] ?? 0)));
}

describe('a limited container', () => {
  before(function () {
    needsPods.call(this);
    const places = placesFor(['cpu', 'memory']);
    if (typeof places === 'string') skip(this, places);
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    for (const [name, what, shows] of [
      [
        'oom_kill',
        'has processes killed for want of memory, and held back',
        (before: number) => kills() >= before + 3 && throttled() > 0,
      ],
      ['cpu_throttle', 'holds processes back', () => throttled() > 3],
    ] as const) {
      it(`of ${name} ${what}; no cgroup and no process is left after ${signal}`, async () => {
        const before = kills();
        const lone = new LoneScenario(name, options);
        try {
          await waitFor(`${name} to show`, () => shows(before));
          expect(ours()).not.to.deep.equal([]);
        } finally {
          lone.kill(signal);
          await lone.end();
        }
        await waitFor('the cgroups to go', () => ours().length === 0);
        await waitFor('the processes to end', () => lone.processes().length === 0);
      });
    }
  }

  it('of a worker that is killed alone goes as well', async () => {
    const lone = new LoneScenario('cpu_throttle', options);
    try {
      await waitFor('it to show', () => throttled() > 0);
      process.kill(Number(lone.pidOf('workers/cpu-throttle.js')), 'SIGKILL');
      expect(await lone.end()).to.match(/^Error: scenario cpu-throttle failed: exit code null$/);
    } finally {
      lone.kill('SIGKILL');
    }
    await waitFor('the cgroups to go', () => ours().length === 0);
    await waitFor('the processes to end', () => lone.processes().length === 0);
  });

  it('is refused in one line to who may not make cgroups', async () => {
    for (const name of ['oom_kill', 'cpu_throttle']) {
      const complaint = await new LoneScenario(name, options, AS_NOBODY).end();
      expect(complaint).to.match(
        new RegExp(
          `^ScenarioRefusal: ${name}: needs a cgroup of its own, or a cluster: cannot make cgroups in [^\\n]*: EACCES$`,
        ),
      );
    }
  });
});
