import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { merge } from '../../builder/merge.ts';
import { localStorage } from '../../builder/storage/local.ts';
import { verify } from '../../builder/verify.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { FLEET_START_MS, fleet, SCRAPE_MS } from './support/fleet.ts';
import { expectSameFiles } from './support/folders.ts';
import { type MakeOptions, make } from './support/make.ts';
import { mortalDisk } from './support/mortal-disk.ts';
import { randomFrom } from './support/random.ts';
import { prometheusWith } from './support/tsdb.ts';

const CHILD = join(ROOT, 'dist', 'test', 'builder', 'support', 'update-main.js');
const KILLS = 100;
const MOST_CHANGES = 200;
const UNFINISHED =
  'manifest.json: a run was killed while it replaced files: the next build or update finishes that';
/** Leaves some for the run that nobody kills. */
const MOST_STEPS = 470;
const at = (minutes: number) => new Date(FLEET_START_MS + minutes * 60_000).toISOString();

describe('builder runs that are killed', function () {
  this.timeout(300_000);
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  /** How often verify saw files that were half replaced. */
  let unfinished = 0;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(21));
    writeFileSync(
      join(folder, 'episodes.csv'),
      `episode,scenario,start,end,node\ne1,cpu_burn,${at(10)},${at(14)},node-a\n`,
    );
  });

  after(() => prometheus?.stop());

  function endAt(end: string): void {
    const config = {
      prometheus: { url: prometheus.url },
      scrapeInterval: '15s',
      start: at(0),
      end,
      format: 'csv',
      columns: ['forks_per_second', 'disk_write_bytes_per_second', 'memory_used_ratio'],
      labels: [{ episodes: 'episodes.csv' }],
      split: { by: 'time', bounds: [at(40), at(70)] },
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(config));
  }

  /** Kills a run at each change that it makes to the disk, and lets another go on each time. */
  async function killEverywhere(
    name: string,
    prepare: (output: string) => void,
    run: (options: MakeOptions) => Promise<unknown>,
    check: (output: string) => Promise<void>,
  ): Promise<number> {
    for (let life = 1; life < MOST_CHANGES; life++) {
      const output = `${name} ${life}`;
      prepare(output);
      const { disk, died } = mortalDisk(life);
      const failure = await run({ folder, output, disk }).catch((error: unknown) => error);
      if (
        existsSync(join(folder, output, '.commit.json')) &&
        existsSync(join(folder, output, 'manifest.json'))
      ) {
        const { differences } = await verify(localStorage(join(folder, output)));
        expect(differences).to.include(UNFINISHED);
        unfinished++;
      }
      if (!died()) {
        expect(failure).not.to.be.instanceOf(Error);
        return life - 1;
      }
      await run({ folder, output });
      await check(output);
    }
    throw new Error('it changes the disk without end');
  }

  async function sameAs(output: string, wanted: string): Promise<void> {
    expectSameFiles(join(folder, output), join(folder, wanted));
    expect((await verify(localStorage(join(folder, output)))).differences).to.deep.equal([]);
  }

  it('go on from any change to the disk, in a first build', async () => {
    endAt(at(65));
    await make('build', { folder, output: 'once 65' });
    const changes = await killEverywhere(
      'first',
      () => {},
      (options) => make('build', options),
      (output) => sameAs(output, 'once 65'),
    );
    expect(changes).to.be.greaterThan(20);
  });

  it('go on from any change to the disk, in an update of two days', async () => {
    endAt(at(50));
    await make('build', { folder, output: 'base' });
    endAt(at(80));
    await make('build', { folder, output: 'once 80' });
    await killEverywhere(
      'update',
      (output) => cpSync(join(folder, 'base'), join(folder, output), { recursive: true }),
      (options) => make('update', options),
      (output) => sameAs(output, 'once 80'),
    );
    expect(unfinished).to.be.greaterThan(3);
  });

  it('go on from any change to the disk, in a shard', async () => {
    endAt(at(65));
    const shard = (index: number) => ({ shard: { index, count: 2 } });
    for (const index of [0, 1]) await make('build', { folder, output: 'other shards', ...shard(index) });
    cpSync(join(folder, 'other shards'), join(folder, 'merged'), { recursive: true });
    await merge(localStorage(join(folder, 'merged')));
    await killEverywhere(
      'shard',
      (output) => cpSync(join(folder, 'other shards'), join(folder, output), { recursive: true }),
      (options) => make('build', { ...options, ...shard(0) }),
      async (output) => {
        await merge(localStorage(join(folder, output)));
        await sameAs(output, 'merged');
      },
    );
  });

  function warmChild(): { child: ChildProcess; ready: Promise<unknown> } {
    const child = fork(CHILD, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    return { child, ready: once(child, 'message') };
  }

  it(`go on after kill -9 at ${KILLS} random moments`, async () => {
    const random = randomFrom(4);
    const output = 'killed';
    let next = warmChild();
    let longestMs = 0;
    let killed = 0;
    for (let i = 0; killed < KILLS; i++) {
      const { child, ready } = next;
      await ready;
      next = warmChild();
      const endMs = FLEET_START_MS + Math.min(40 + 2 * i, MOST_STEPS) * SCRAPE_MS;
      endAt(new Date(endMs).toISOString());
      const exited = once(child, 'exit');
      const startedMs = performance.now();
      child.send({ folder, output });
      // The first ones run to their end, to know how long that takes.
      const lifeMs = i < 3 ? undefined : random() * longestMs;
      const ended = lifeMs === undefined ? exited : Promise.race([exited, sleep(lifeMs)]);
      await ended;
      if (lifeMs === undefined) longestMs = Math.max(longestMs, performance.now() - startedMs);
      child.kill('SIGKILL');
      const [code, signal] = (await exited) as [number | null, string | null];
      expect(code === null || code === 0, `ended with ${code}`).to.equal(true);
      if (signal === 'SIGKILL') killed++;
    }
    next.child.kill('SIGKILL');
    endAt(at(118));
    await make('update', { folder, output });
    await make('build', { folder, output: 'never killed' });
    await sameAs(output, 'never killed');
    expect(existsSync(join(folder, output, '.lock'))).to.equal(false);
  });
});
