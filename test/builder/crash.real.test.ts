import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { merge } from '../../builder/commands/merge.ts';
import { verify } from '../../builder/commands/verify.ts';
import { localStorage } from '../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { FLEET_START_MS, fleet, SCRAPE_MS } from './support/fleet.ts';
import { expectSameFiles } from './support/folders.ts';
import { killUpdates } from './support/killed-updates.ts';
import { type MakeOptions, make } from './support/make.ts';
import { mortalDisk } from './support/mortal-disk.ts';
import { randomFrom } from './support/random.ts';
import { prometheusWith } from './support/tsdb.ts';

const KILLS = 100;
const MOST_CHANGES = 200;
const UNFINISHED =
  'manifest.json: a run was killed while it replaced files: the next build or update finishes that';
/** Leaves some for the run that nobody kills. */
const MOST_STEPS = 470;
const at = (minutes: number) => new Date(FLEET_START_MS + minutes * 60_000).toISOString();

describe('builder runs that are killed', () => {
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

  it(`go on after kill -9 at ${KILLS} random moments`, async () => {
    const random = randomFrom(4);
    const outputs = ['a', 'b', 'c', 'd'].map((name) => `killed ${name}`);
    const prepare = (round: number) =>
      endAt(new Date(FLEET_START_MS + Math.min(40 + 8 * round, MOST_STEPS) * SCRAPE_MS).toISOString());
    await killUpdates({
      ...{ kills: KILLS, random, prepare },
      options: outputs.map((output) => ({ folder, output })),
    });
    endAt(at(118));
    await make('build', { folder, output: 'never killed' });
    for (const output of outputs) {
      await make('update', { folder, output });
      await sameAs(output, 'never killed');
      expect(existsSync(join(folder, output, '.lock'))).to.equal(false);
    }
  });
});
