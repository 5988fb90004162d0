import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { merge } from '../../builder/commands/merge.ts';
import { verify } from '../../builder/commands/verify.ts';
import { configSchema } from '../../builder/config/schema.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { replayClock } from './stream/support/clocks.ts';
import { readNdjson } from './stream/support/reader.ts';
import { startStream } from './stream/support/streams.ts';
import { buildHere } from './support/build.ts';
import { builder } from './support/cli.ts';
import { manifestOf } from './support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet, SCRAPE_MS } from './support/fleet.ts';
import { make } from './support/make.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const minute = (n: number) => FLEET_START_MS + n * 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

/** The fleet's two nodes, of the metrics that are needed here. */
function nodes(seed: number, labels: Record<string, string>): StoredSeries[] {
  const wanted = /^(up|kubevigil_cpu_seconds_total|kubevigil_forks_total)$/;
  return fleet(seed)
    .filter((series) => wanted.test(series.labels['__name__'] ?? ''))
    .map((series) => ({ ...series, labels: { ...series.labels, ...labels } }));
}

interface Told extends Record<string, string> {
  readonly episode: string;
  readonly scenario: string;
  readonly node: string;
}

/** An episode as the scenarios expose it, and for ten minutes after. */
function groundTruth(labels: Told, from: number, to: number): StoredSeries[] {
  const series = (name: string, fromMs: number, valueMs: number): StoredSeries => ({
    labels: {
      ...{ __name__: `kubevigil_scenario_${name}_timestamp_seconds`, job: 'scenarios', instance: 'x:24925' },
      ...labels,
    },
    samples: Array.from({ length: (minute(to + 10) - fromMs) / SCRAPE_MS }, (_, i) => [
      fromMs + i * SCRAPE_MS + 2_000,
      valueMs / 1000,
    ]),
  });
  return [series('start', minute(from), minute(from) + 321), series('end', minute(to), minute(to) + 1_234)];
}

/** Fires from one minute to another. */
function alert(labels: Record<string, string>, from: number, to: number): StoredSeries {
  const samples = Array.from({ length: 480 }, (_, i) => {
    const ms = FLEET_START_MS + i * SCRAPE_MS;
    return [ms, ms >= minute(from) && ms < minute(to) ? 1 : 0] as const;
  });
  return { labels: { __name__: 'noisy', job: 'rules', instance: 'x', ...labels }, samples };
}

/** East is what the server calls itself to others; west is what it has of another server. Episodes of both have the same names. */
const STORED: readonly StoredSeries[] = [
  ...nodes(1, {}),
  ...nodes(2, { cluster: 'west' }),
  ...groundTruth({ episode: 'e1', scenario: 'cpu_burn', node: 'node-a', role: 'attack' }, 20, 25),
  ...groundTruth(
    { episode: 'e1', scenario: 'port_scan', node: 'node-a', role: 'victim', cluster: 'west' },
    40,
    44,
  ),
  ...groundTruth(
    { episode: 'e2', scenario: 'backup', node: 'node-b', role: 'benign', cluster: 'west' },
    50,
    55,
  ),
  alert({ host: 'node-a' }, 62, 64),
  alert({ host: 'node-b', cluster: 'west' }, 63, 67),
];

const FILE = [
  'episode,scenario,start,end,cluster,node',
  `f1,tamper,${minute(100)},${minute(102)},east,node-b`,
  `f1,implant,${minute(101)},${minute(104)},west,node-a`,
];

/** The sources of all, and of each cluster alone. */
const SOURCES = {
  file: (cluster?: string) => [{ episodes: `episodes${cluster === undefined ? '' : `-${cluster}`}.csv` }],
  metric: (cluster?: string) => [
    { metric: cluster === undefined ? {} : { selector: `cluster="${cluster}"` } },
  ],
  promql: (cluster?: string) => {
    // The server evaluates an expression without its own external label.
    const matcher = cluster === undefined ? '' : `{cluster="${cluster === 'east' ? '' : cluster}"}`;
    return [{ promql: `noisy${matcher}`, scenario: 'noise', nodeLabel: 'host' }];
  },
} as const;

const SPLITS = {
  time: { by: 'time' },
  episode: { by: 'episode' },
  node: { by: 'node', fractions: [0.5, 0.2, 0.3] },
} as const;

describe('builder on two clusters with nodes of the same names', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  let builds = 0;

  before(async () => {
    folder = newFolder();
    const config = { global: { external_labels: { cluster: 'east' } } };
    prometheus = await prometheusWith(join(folder, 'prometheus'), STORED, [], config);
    const write = (name: string, lines: readonly string[]) =>
      writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    write('episodes.csv', FILE);
    for (const cluster of ['east', 'west'])
      write(
        `episodes-${cluster}.csv`,
        FILE.filter((line, i) => i === 0 || line.includes(`,${cluster},`)),
      );
  });

  after(() => prometheus?.stop());

  function configOf(more: object) {
    const { labels, ...rest } = more as { labels: readonly object[] };
    return {
      prometheus: { url: prometheus.url },
      ...{
        scrapeInterval: '15s',
        delay: '10s',
        format: 'csv',
        columns: ['cpu_busy_ratio', 'forks_per_second'],
      },
      labels: labels.map((source) =>
        'episodes' in source ? { episodes: join(folder, String(source.episodes)) } : source,
      ),
      output: join(folder, `dataset-${builds++}`),
      ...{ start: iso(FLEET_START_MS), end: iso(FLEET_END_MS) },
      ...rest,
    };
  }

  type Row = Readonly<Record<string, string>>;

  function rowsOf(output: string): Row[] {
    const files = manifestOf(output).files.map(({ path }) => readFileSync(join(output, path), 'utf8'));
    return files.flatMap((text) => parse(text, { columns: true }) as Row[]);
  }

  async function rowsBy(more: object): Promise<Row[]> {
    const config = configOf(more);
    await buildHere(config);
    return rowsOf(config.output);
  }

  const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();

  /** Rows without what the episodes of the other cluster decide, which is where a split by time or episode lies. */
  const labelsOf = (rows: readonly Row[]) => sorted(rows.map(({ split: _, ...row }) => row as Row));

  for (const reading of ['remote-read', 'query'] as const) {
    for (const [kind, sourcesOf] of Object.entries(SOURCES)) {
      it(`labels as two builds side by side, by ${kind} (${reading})`, async () => {
        const whole = await rowsBy({ reading, labels: sourcesOf() });
        const apart = await Promise.all(
          ['east', 'west'].map((cluster) =>
            rowsBy({ reading, labels: sourcesOf(cluster), selector: `cluster="${cluster}"` }),
          ),
        );
        expect(labelsOf(whole)).to.deep.equal(labelsOf(apart.flat()));
        for (const cluster of ['east', 'west']) {
          const own = whole.filter((row) => row['cluster'] === cluster);
          expect(own.filter((row) => row['anomaly'] === '1')).to.have.length.within(8, 40);
        }
      });
    }
  }

  const all = (cluster?: string) =>
    Object.values(SOURCES).flatMap((sourcesOf): object[] => sourcesOf(cluster));

  for (const [by, split] of Object.entries(SPLITS)) {
    it(`splits by ${by} as two builds side by side, from all sources`, async () => {
      const whole = await rowsBy({ labels: all(), split });
      // Time and episodes are divided for all clusters at once; nodes by what is known of each alone.
      const labels = (cluster: string) => (by === 'node' ? all(cluster) : all());
      const apart = await Promise.all(
        ['east', 'west'].map((cluster) =>
          rowsBy({ labels: labels(cluster), split, selector: `cluster="${cluster}"` }),
        ),
      );
      expect(sorted(whole)).to.deep.equal(sorted(apart.flat()));
      expect(new Set(whole.map((row) => row['split'])).size).to.be.greaterThan(1);
    });
  }

  it('streams the rows that it builds', async () => {
    const given = configOf({ labels: all(), split: SPLITS.node });
    await buildHere(given);
    const clock = replayClock(FLEET_START_MS + 35_000, FLEET_END_MS + 10_000);
    const running = await startStream(configSchema.parse(given), FLEET_START_MS, clock);
    try {
      await clock.finished;
      const records = await readNdjson(`${running.url}/stream?from=${FLEET_START_MS / 1000}`, {
        until: ({ type, timestamp }) => type === 'step' && timestamp === iso(FLEET_END_MS),
      });
      type Cells = Record<string, number | string | null>;
      const keyOf = ({ timestamp, cluster, node }: Cells) => [timestamp, cluster, node].join();
      const rows = new Map<string, Cells>();
      for (const { type, row, label_state: _, id: __, ...said } of records) {
        if (type === 'row') rows.set(keyOf(row as Cells), { ...(row as Cells) });
        if (type === 'label') Object.assign(rows.get(keyOf(said as Cells)) ?? {}, said);
      }
      const texts = [...rows.values()].map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, value === null ? '' : String(value)]),
        ),
      );
      expect(sorted(texts)).to.deep.equal(sorted(rowsOf(given.output)));
    } finally {
      await running.stop();
    }
  });

  it('joins shards, and continues by updates, to the same rows', async () => {
    const given = configOf({ labels: all(), split: SPLITS.node });
    await buildHere(given);
    const { rowsDigest, split, conflicts } = manifestOf(given.output);
    expect(split).to.deep.include({ by: 'node', hashed: ['cluster', 'node'] });
    const configFile = (changes: object) =>
      writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify({ ...given, ...changes }));
    configFile({});
    for (const index of [0, 1]) await make('build', { folder, output: 'shards', shard: { index, count: 2 } });
    const merged = await merge(await openStorage(join(folder, 'shards'), {}));
    expect(merged).to.deep.include({ rowsDigest, conflicts });
    expect(merged.split).to.deep.equal(split);
    for (const end of [70, 90, 120]) {
      configFile({ end: iso(minute(end)) });
      await make('update', { folder, output: 'updated' });
    }
    expect(manifestOf(join(folder, 'updated'))).to.deep.include({ rowsDigest, conflicts });
    for (const name of ['shards', 'updated'])
      expect((await verify(await openStorage(join(folder, name), {}))).differences).to.deep.equal([]);
  });

  it('goes on with a split by names alone that was begun when clusters did not count', async () => {
    const given = configOf({ labels: all(), split: SPLITS.node });
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify({ ...given, end: iso(minute(70)) }));
    const options = { folder, output: 'old' };
    await make('build', options);
    // As it was written before: the manifest told nothing of what is hashed.
    const path = join(folder, 'old', 'manifest.json');
    const { split, ...rest } = manifestOf(join(folder, 'old'));
    const { hashed: _, ...old } = split;
    writeFileSync(path, JSON.stringify({ ...rest, split: old }));
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(given));
    await make('update', options);
    const rows = rowsOf(join(folder, 'old')).filter(({ timestamp = '' }) => timestamp > iso(minute(70)));
    const parts = (node: string) =>
      new Set(rows.filter((row) => row['node'] === node).map((row) => row['split']));
    expect([parts('node-a').size, parts('node-b').size]).to.deep.equal([1, 1]);
    expect(manifestOf(join(folder, 'old')).split).not.to.have.property('hashed');
  });

  it('refuses an episode of which nobody knows the cluster, in one line', async () => {
    writeFileSync(
      join(folder, 'unclear.csv'),
      `episode,scenario,start,end,node\nu,burn,${minute(10)},${minute(12)},node-a\n`,
    );
    const output = join(folder, 'unclear');
    const { code, stderr } = await builder([
      ...[
        'build',
        '--prometheus',
        prometheus.url,
        '--labels',
        join(folder, 'unclear.csv'),
        '--output',
        output,
      ],
      ...['--config', join(folder, 'dataset.yaml')],
    ]);
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /^kubevigil-builder: unclear\.csv line 2: episode u is about node node-a, which there is in the clusters east and west: write east or west into a column cluster\n$/,
    );
  });
});
