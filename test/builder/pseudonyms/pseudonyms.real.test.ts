import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { merge } from '../../../builder/commands/merge.ts';
import { verify } from '../../../builder/commands/verify.ts';
import { loadConfig } from '../../../builder/config/load.ts';
import { configSchema } from '../../../builder/config/schema.ts';
import { pseudonymousEpisodes, pseudonymsBy } from '../../../builder/names/pseudonyms.ts';
import { openPseudonyms } from '../../../builder/pseudonyms/configured.ts';
import { BuilderError } from '../../../common/errors.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { replayClock } from '../stream/support/clocks.ts';
import { readNdjson } from '../stream/support/reader.ts';
import { startStream } from '../stream/support/streams.ts';
import { builder, type Ended } from '../support/cli.ts';
import { duckdb, manifestOf, tableExpression } from '../support/dataset.ts';
import { bytesOf, expectSameFiles } from '../support/folders.ts';
import { make } from '../support/make.ts';
import { prometheusWith, type StoredSeries } from '../support/tsdb.ts';

const KEY = 'a very secret key, made for this test';
const { of } = pseudonymsBy(KEY);

const START_MS = Date.UTC(2026, 2, 28, 23, 30);
const SCRAPE_MS = 15_000;
const SCRAPES = 240;
const at = (scrape: number) => START_MS + scrape * SCRAPE_MS;
/** Names that nothing else contains. */
const NAMES = ['worker-7f', 'worker-8g', 'shop-ns', 'bank-ns', 'web-0x', 'db-1x'];

function series(
  name: string,
  labels: Record<string, string>,
  value: (scrape: number) => number,
): StoredSeries {
  return {
    labels: { __name__: name, job: 'kubevigil', instance: `${labels['node']}:24924`, ...labels },
    samples: Array.from({ length: SCRAPES }, (_, i) => [at(i), value(i)] as const),
  };
}

const CPU = 'kubevigil_container_cpu_seconds_total';
const MEMORY = 'kubevigil_memory_bytes';
const START = 'kubevigil_scenario_start_timestamp_seconds';
const END = 'kubevigil_scenario_end_timestamp_seconds';
const pods = [
  { node: 'worker-7f', namespace: 'shop-ns', pod: 'web-0x' },
  { node: 'worker-8g', namespace: 'bank-ns', pod: 'web-0x' },
  { node: 'worker-8g', namespace: 'bank-ns', pod: 'db-1x' },
];
const truth = { episode: 'told', scenario: 'port_scan', ...pods[1] };
const STORED = [
  ...['worker-7f', 'worker-8g'].flatMap((node, n) => [
    series('up', { node }, () => 1),
    ...['used', 'available'].map((state) => series(MEMORY, { node, state }, (i) => i + n)),
    series(CPU, { node, namespace: '', pod: '', container: '' }, (i) => 100 * i),
  ]),
  ...pods.map((pod, n) => series(CPU, { ...pod, container: 'main' }, (i) => (n + 1) * i)),
  series(START, truth, () => at(60) / 1000),
  series(END, truth, () => at(70) / 1000),
];

describe('builder/names/pseudonyms', () => {
  it('are the same for the same name, kind and key, and tell nothing', () => {
    expect(of('node', 'a'))
      .to.match(/^node-[0-9a-f]{16}$/)
      .and.equal(pseudonymsBy(KEY).of('node', 'a'));
    const others = [of('pod', 'a'), of('node', 'b'), pseudonymsBy(`${KEY}!`).of('node', 'a')];
    expect(new Set([of('node', 'a'), ...others.map((each) => each.replace('pod', 'node'))]).size).to.equal(4);
    expect([of('pod', ''), of('pod', '_other')]).to.deep.equal(['', '_other']);
  });

  const refused: readonly (readonly [string, object, NodeJS.ProcessEnv, RegExp])[] = [
    ['no key', { pseudonymise: true }, {}, /there is no key: set KUBEVIGIL_PSEUDONYM_KEY/],
    ['a short key', { pseudonymise: true }, { KUBEVIGIL_PSEUDONYM_KEY: 'short' }, /fewer than 16 bytes/],
    ['no key file', { pseudonymise: { keyFile: '/nowhere' } }, {}, /cannot read \/nowhere/],
    [
      'a column that names a node',
      { pseudonymise: true, columns: [{ name: 'c', promql: 'up{node=~"worker.*"}' }] },
      { KUBEVIGIL_PSEUDONYM_KEY: KEY },
      /names a node, which the manifest would show/,
    ],
    [
      'labels that name a namespace',
      {
        pseudonymise: true,
        labels: [
          {
            promql: 'ALERTS{ kubernetes_namespace != "a" }',
            scenario: 's',
            namespaceLabel: 'kubernetes_namespace',
          },
        ],
      },
      { KUBEVIGIL_PSEUDONYM_KEY: KEY },
      /names a namespace/,
    ],
  ];
  for (const [what, config, env, message] of refused) {
    it(`refuse ${what}`, () => {
      expect(() => openPseudonyms(configSchema.parse(config), env)).to.throw(BuilderError, message);
    });
  }

  it('let expressions tell that a label is there', () => {
    const columns = [{ name: 'c', promql: 'sum by (node) (x{pod!="",namespace="",mode="a"})' }];
    const config = configSchema.parse({ pseudonymise: true, columns });
    expect(openPseudonyms(config, { KUBEVIGIL_PSEUDONYM_KEY: KEY })?.keyId).to.match(/^[0-9a-f]{16}$/);
  });

  it('refuse episodes whose own name tells what is to be hidden', () => {
    const episode = {
      ...{ episode: 'burn-worker-7f-1', scenario: 's', startMs: 0, endMs: 1, role: 'attack', run: '' },
      ...{ node: 'worker-7f', namespace: '', pod: '', place: 'e.csv line 2' },
    };
    expect(() => pseudonymousEpisodes([episode], pseudonymsBy(KEY))).to.throw(
      BuilderError,
      /^e\.csv line 2: "burn-worker-7f-1" tells the name worker-7f/,
    );
    expect(pseudonymousEpisodes([{ ...episode, episode: 'worker-7fx' }], pseudonymsBy(KEY))).to.deep.equal([
      { ...episode, episode: 'worker-7fx', node: of('node', 'worker-7f') },
    ]);
  });
});

describe('builder with pseudonyms', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), STORED);
    writeFileSync(join(folder, 'key'), `${KEY}\n`);
    writeFileSync(join(folder, 'other key'), `${KEY} or not\n`);
    const lines = [
      `burn,cpu_burn,${at(20)},${at(24)},worker-7f,shop-ns,web-0x`,
      `all,scan,${at(100)},${at(104)},worker-8g,,`,
    ];
    writeFileSync(
      join(folder, 'episodes.csv'),
      `episode,scenario,start,end,node,namespace,pod\n${lines.join('\n')}\n`,
    );
  });

  after(() => prometheus?.stop());

  function configure(config: object): void {
    const whole = {
      prometheus: { url: prometheus.url },
      ...{ scrapeInterval: '15s', start: at(0) / 1000, end: at(SCRAPES) / 1000, delay: '0s' },
      selector: 'node=~"worker-.*"',
      labels: [
        { episodes: 'episodes.csv' },
        { metric: {} },
        { promql: 'kubevigil_memory_bytes{state="used"} == 150', scenario: 'seen' },
      ],
      split: { by: 'node' },
      ...config,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(whole));
  }

  const pseudonymise = { keyFile: 'key' };

  /** Fails if the bytes of a folder tell a name or the key. */
  function expectHidden(output: string): void {
    for (const [file, bytes] of Object.entries(bytesOf(output)))
      for (const text of [...NAMES, KEY]) expect(bytes.includes(text), `${text} in ${file}`).to.equal(false);
  }

  for (const entity of ['node', 'pod'] as const) {
    it(`has the same rows of ${entity}s under other names, and shows the real ones nowhere`, async () => {
      const named = ['node', ...(entity === 'pod' ? ['namespace', 'pod'] : [])];
      configure({ entity, format: 'csv' });
      await make('build', { folder, output: `plain ${entity}` });
      const output = join(folder, `hidden ${entity}`);
      const config = join(folder, 'dataset.yaml');
      const args = ['build', '--config', config, '--output', output, '--pseudonymise', join(folder, 'key')];
      const built = await builder(args);
      expect(built).to.include({ code: 0, stderr: '' });
      for (const text of [...NAMES, KEY]) expect(built.stdout).not.to.include(text);
      expect(await builder(['report', output])).to.include({ code: 0 });
      expectHidden(output);
      expect((await verify(localStorage(output))).differences).to.deep.equal([]);
      const manifest = manifestOf(output);
      expect(manifest.pseudonyms).to.deep.equal({
        columns: named,
        method: 'HMAC-SHA-256',
        keyId: pseudonymsBy(KEY).keyId,
      });
      expect(readFileSync(join(output, 'README.md'), 'utf8')).to.include('are pseudonyms (HMAC-SHA-256)');
      const rows = async (place: string) =>
        duckdb(`SELECT * EXCLUDE (split, date) FROM ${tableExpression(place, 'csv')} ORDER BY ALL`);
      const hidden = (await rows(join(folder, `plain ${entity}`))).map((row) => ({
        ...row,
        ...Object.fromEntries(named.map((kind) => [kind, of(kind as 'node', String(row[kind]))])),
      }));
      const text = (all: object[]) =>
        all
          .map((row) =>
            JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
          )
          .sort();
      expect(text(await rows(output))).to.deep.equal(text(hidden));
      expect(Object.keys(manifest.classBalance)).to.include.members(['cpu_burn', 'port_scan', 'normal']);
    });
  }

  /** What makes a dataset tell a name, and what refuses it; undefined where it is replaced. */
  const leaks: readonly (readonly [string, object, RegExp | undefined])[] = [
    ['a selector by instance', { selector: 'instance="worker-7f:24924"' }, undefined],
    [
      'scenarios called as instances are',
      { labels: [{ promql: 'up', scenarioLabel: 'instance' }] },
      undefined,
    ],
    ['scenarios called as nodes are', { labels: [{ promql: 'up', scenarioLabel: 'node' }] }, undefined],
    [
      'an expression by instance',
      { columns: [{ name: 'x', promql: 'sum by (node) (up{instance="worker-7f:24924"})' }] },
      /names a node/,
    ],
    [
      'an expression that makes a label',
      { columns: [{ name: 'x', promql: 'label_replace(sum(up), "node", "worker-7f", "", "")' }] },
      /columns: x: .* tells the name worker-7f/,
    ],
    [
      'an expression that excludes by another label',
      { columns: [{ name: 'x', promql: 'sum by (node) (up{host!~"WORKER-8G\\\\..*"})' }] },
      /columns: x: .* tells the name worker-8g/,
    ],
    [
      'a help text',
      { columns: [{ name: 'x', help: 'as on worker-8g', promql: 'sum by (node) (up)' }] },
      /columns: x: "as on worker-8g" tells/,
    ],
    ['a selector by another label', { selector: 'host!="worker-7f"' }, /selector: .* tells the name/],
    [
      'another episode’s node in a run',
      { labels: [{ episodes: 'telling.csv' }] },
      /line 2: "from-worker-8g" tells/,
    ],
    [
      'a node without an episode in a run',
      { labels: [{ episodes: 'rows.csv' }] },
      /column run of the rows: "WORKER%2D8g" tells/,
    ],
    ['what is said about it', { about: { description: 'The cluster of worker-7f.' } }, /about: .* tells/],
  ];
  for (const [what, config, refused] of leaks) {
    it(`does not show ${what}`, async () => {
      const line = `e1,burn,${at(20)},${at(24)},worker-7f`;
      writeFileSync(
        join(folder, 'telling.csv'),
        `episode,scenario,start,end,node,run\n${line},from-worker-8g\ne2,burn,${at(30)},${at(34)},worker-8g,\n`,
      );
      writeFileSync(join(folder, 'rows.csv'), `episode,scenario,start,end,node,run\n${line},WORKER%2D8g\n`);
      configure({ pseudonymise, format: 'csv', labels: [], columns: ['memory_used_ratio'], ...config });
      const output = `leak of ${what}`;
      const args = ['--config', join(folder, 'dataset.yaml'), '--output', join(folder, output)];
      const { code, stderr } = await builder(['build', ...args]);
      if (refused === undefined) {
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        expectHidden(join(folder, output));
      } else {
        expect(stderr)
          .to.match(refused)
          .and.match(/^kubevigil-builder: [^\n]*\n$/);
        expect({ code, made: existsSync(join(folder, output)) }).to.deep.equal({ code: 2, made: false });
      }
    });
  }

  it('is updated by the same key only, to the same bytes', async () => {
    const end = at(100) / 1000;
    configure({ pseudonymise, end });
    await make('update', { folder, output: 'updated' });
    const refusal = async (config: object): Promise<string> => {
      configure(config);
      const args = ['--config', join(folder, 'dataset.yaml'), '--output', join(folder, 'updated')];
      const { code, stderr }: Ended = await builder(['update', ...args]);
      expect(code).to.equal(2);
      return stderr;
    };
    expect(await refusal({ pseudonymise: { keyFile: 'other key' } })).to.match(
      /updated has pseudonyms by key [0-9a-f]{16}, and not pseudonyms by key [0-9a-f]{16}: give the same key, or/,
    );
    expect(await refusal({})).to.match(/pseudonyms by key [0-9a-f]{16}, and not the real names/);
    configure({ pseudonymise });
    await make('update', { folder, output: 'updated' });
    await make('build', { folder, output: 'at once' });
    expectSameFiles(join(folder, 'updated'), join(folder, 'at once'));
    expectHidden(join(folder, 'updated'));
  });

  it('has shards, which merge to the same rows', async () => {
    configure({ pseudonymise });
    for (const index of [0, 1, 2])
      await make('build', { folder, output: 'parts', shard: { index, count: 3 } });
    const merged = await merge(localStorage(join(folder, 'parts')));
    expect(merged.rowsDigest).to.equal(manifestOf(join(folder, 'at once')).rowsDigest);
    expectHidden(join(folder, 'parts'));
  });

  it('is streamed under the same names', async () => {
    configure({ pseudonymise, labels: [{ episodes: 'episodes.csv' }, { metric: {} }] });
    const config = loadConfig({ config: join(folder, 'dataset.yaml'), output: join(folder, 'nothing') });
    const clock = replayClock(at(12), at(40));
    const stream = await startStream(config, at(10), clock);
    try {
      await clock.finished;
      const last = new Date(at(40)).toISOString();
      const records = await readNdjson(`${stream.url}/stream?from=${at(10) / 1000}`, {
        until: ({ type, timestamp }) => type === 'step' && timestamp === last,
      });
      const text = JSON.stringify(records) + stream.log();
      for (const name of [...NAMES, KEY]) expect(text).not.to.include(name);
      expect(text).to.include(of('node', 'worker-7f')).and.to.include('cpu_burn');
    } finally {
      await stream.stop();
    }
  });

  it('is not streamed with an episode whose run tells a node that comes up in the rows', async () => {
    writeFileSync(
      join(folder, 'rows.csv'),
      `episode,scenario,start,end,node,run\ne1,burn,${at(20)},${at(24)},worker-7f,from-worker-8g\n`,
    );
    configure({ pseudonymise, labels: [{ episodes: 'rows.csv' }] });
    const config = loadConfig({ config: join(folder, 'dataset.yaml'), output: join(folder, 'nothing') });
    const clock = replayClock(at(12), at(30));
    const stream = await startStream(config, at(10), clock);
    try {
      await clock.finished;
      const last = new Date(at(30)).toISOString();
      const records = await readNdjson(`${stream.url}/stream?from=${at(10) / 1000}`, {
        until: ({ type, timestamp }) => type === 'step' && timestamp === last,
      });
      for (const name of [...NAMES, KEY]) expect(JSON.stringify(records)).not.to.include(name);
      expect(stream.log()).to.match(/labels stay as they are.*tells the name worker-8g/);
    } finally {
      await stream.stop();
    }
  });
});
