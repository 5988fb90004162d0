import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { verify } from '../../builder/commands/verify.ts';
import { BuilderError } from '../../common/errors.ts';
import { localStorage } from '../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { manifestOf } from './support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { bytesOf, expectSameFiles, writtenAt } from './support/folders.ts';
import { make } from './support/make.ts';
import { prometheusWith } from './support/tsdb.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const at = (minutes: number) => iso(FLEET_START_MS + minutes * 60_000);

/** On the first day, before the bounds; and on the second, after them. */
const EPISODES = [
  `e1,cpu_burn,${at(10)},${at(14)},node-a,victim`,
  `e2,disk_thrash,${at(100)},${at(103)},node-b,victim`,
];

/** Moments up to which the dataset is continued, and the last of them again. */
const ENDS = [at(25), at(26), at(47.4), at(59.9), at(61), at(80), iso(FLEET_END_MS), iso(FLEET_END_MS)];

describe('builder update', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(7));
    writeEpisodes(EPISODES);
  });

  after(() => prometheus?.stop());

  function writeEpisodes(lines: readonly string[]): void {
    writeFileSync(
      join(folder, 'episodes.csv'),
      ['episode,scenario,start,end,node,role', ...lines, ''].join('\n'),
    );
  }

  function run(command: 'build' | 'update', output: string, end: string, config: object = {}) {
    const whole = {
      prometheus: { url: prometheus.url },
      scrapeInterval: '15s',
      labels: [{ episodes: 'episodes.csv' }],
      start: at(0),
      end,
      split: { by: 'time', bounds: [at(40), at(70)] },
      ...config,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(whole));
    return make(command, { folder, output });
  }

  async function refused(...args: Parameters<typeof run>): Promise<BuilderError> {
    const error = await run(...args).catch((reason: unknown) => reason);
    if (error instanceof BuilderError) return error;
    throw new Error('it was not refused', { cause: error });
  }

  async function verified(output: string): Promise<void> {
    expect((await verify(localStorage(join(folder, output)))).differences).to.deep.equal([]);
  }

  for (const [name, config] of [
    ['parquet', {}],
    ['csv', { format: 'csv' }],
    ['a split by node', { split: { by: 'node' } }],
    ['a split by episode', { split: { by: 'episode' }, seed: 's3' }],
    ['one file a day', { files: 'day', split: { by: 'episode' } }],
    ['longer windows', { window: '2m', columns: ['forks_per_second', 'disk_write_bytes_per_second'] }],
  ] as const) {
    it(`gives the bytes that one build gives, however often it runs (${name})`, async () => {
      const [many, once] = [`many ${name}`, `once ${name}`];
      for (const end of ENDS) {
        await run('update', many, end, config);
        await verified(many);
      }
      await run('build', once, iso(FLEET_END_MS), config);
      expectSameFiles(join(folder, many), join(folder, once));
    });
  }

  it('gives the same bytes wherever the configuration lies', async () => {
    const elsewhere = newFolder();
    await run('build', 'here', at(30));
    for (const file of ['dataset.yaml', 'episodes.csv'])
      copyFileSync(join(folder, file), join(elsewhere, file));
    await make('build', { folder: elsewhere, output: 'there' });
    expectSameFiles(join(elsewhere, 'there'), join(folder, 'here'));
  });

  it('freezes the bounds that the first build took from fractions', async () => {
    const config = { split: { by: 'time' } };
    await run('update', 'fractions', at(50), config);
    const { bounds, askedBounds } = manifestOf(join(folder, 'fractions')).split;
    await run('update', 'fractions', at(110), config);
    const { split } = manifestOf(join(folder, 'fractions'));
    expect(split).to.deep.include({ bounds, askedBounds });
    expect(split.rows['test']).to.be.greaterThan(split.rows['train'] ?? 0);
    await verified('fractions');
    await run('build', 'fixed', at(110), { split: { by: 'time', bounds: askedBounds } });
    expectSameFiles(join(folder, 'fixed'), join(folder, 'fractions'));
  });

  it('writes the open day only, and nothing when nothing is new', async () => {
    await run('update', 'days', at(70));
    const before = writtenAt(join(folder, 'days'));
    await run('update', 'days', at(90));
    const after = writtenAt(join(folder, 'days'));
    const closed = Object.keys(after).filter((file) => file.startsWith('data/date=2026-03-28/'));
    expect(closed).to.have.length.above(0);
    expect(Object.keys(after).filter((file) => after[file] === before[file])).to.deep.equal(closed);
    await run('update', 'days', at(90));
    expect(writtenAt(join(folder, 'days'))).to.deep.equal(after);
  });

  it('rewrites a day whose labels have changed, and no other', async () => {
    await run('update', 'relabelled', at(110));
    const before = writtenAt(join(folder, 'relabelled'));
    const bytes = bytesOf(join(folder, 'relabelled'));
    try {
      writeEpisodes([...EPISODES, `e0,port_scan,${at(3)},${at(5)},node-b,victim`]);
      await run('update', 'relabelled', at(110));
      await verified('relabelled');
      const after = writtenAt(join(folder, 'relabelled'));
      const other = Object.keys(after).filter((file) => file.startsWith('data/date=2026-03-29/'));
      expect(other).to.have.length.above(0);
      expect(Object.keys(after).filter((file) => after[file] === before[file])).to.deep.equal(other);
      expect(manifestOf(join(folder, 'relabelled')).classBalance['port_scan']).to.equal(9);
      await run('build', 'relabelled at once', at(110));
      expectSameFiles(join(folder, 'relabelled'), join(folder, 'relabelled at once'));
    } finally {
      writeEpisodes(EPISODES);
    }
    await run('update', 'relabelled', at(110));
    expect(bytesOf(join(folder, 'relabelled'))).to.deep.equal(bytes);
  });

  it('refuses a dataset that was asked for otherwise', async () => {
    await run('update', 'other', at(30));
    const before = bytesOf(join(folder, 'other'));
    const others: [object, RegExp][] = [
      [{ step: '30s' }, /step is 15s there, and 30s here.*: choose another --output, or remove it$/],
      [{ start: at(1) }, /start is \S+ there, and \S+ here: /],
      [{ split: { by: 'node' } }, /split\.by is time there, and node here/],
      [{ seed: 'x', split: { by: 'episode' } }, /split\.by is time there, and episode here/],
      [{ columns: ['forks_per_second'] }, /it has the column .* more beside: /],
      [{ labels: [{ metric: {} }] }, /labels is episodes episodes\.csv there, and metric here: .* relabel /],
    ];
    for (const [config, why] of others) {
      const error = await refused('update', 'other', at(40), config);
      expect(error.message).to.match(/ already holds a different dataset /);
      expect(error.message).to.match(why);
      expect(error.exitCode).to.equal(2);
    }
    const error = await refused('build', 'other', at(40));
    expect(error.message).to.match(
      /: end is \S+ there, and \S+ here: to continue it say kubevigil-builder update/,
    );
    expect(bytesOf(join(folder, 'other'))).to.deep.equal(before);
  });

  it('does not take a damaged file for its own', async () => {
    await run('update', 'damaged', at(30));
    const file = join(folder, 'damaged', 'data/date=2026-03-28/part-0-train.parquet');
    writeFileSync(file, 'x');
    const error = await refused('update', 'damaged', at(40));
    expect(error.message).to.match(/part-0-train\.parquet is not the file that the manifest names: /);
    expect(error.exitCode).to.equal(1);
  });

  it('fails and names the retention gap when Prometheus has not kept the samples since', async () => {
    await run('update', 'hole', at(40));
    const before = bytesOf(join(folder, 'hole'));
    const since = FLEET_START_MS + 50 * 60_000;
    const young = fleet(7).map(({ labels, samples }) => ({
      labels,
      samples: samples.filter(([ms]) => ms > since),
    }));
    const forgetful = await prometheusWith(join(folder, 'forgetful'), young);
    try {
      const error = await refused('update', 'hole', at(90), { prometheus: { url: forgetful.url } });
      expect(error.message).to.match(
        /^the dataset ends at 2026-03-28T23:40:00\.000Z, and Prometheus no longer has .* retention gap until 2026-03-28T23:50:/,
      );
      expect(error.exitCode).to.equal(2);
      expect(bytesOf(join(folder, 'hole'))).to.deep.equal(before);
    } finally {
      await forgetful.stop();
    }
  });
});
