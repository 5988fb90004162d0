import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { merge } from '../../../builder/commands/merge.ts';
import { relabel } from '../../../builder/commands/relabel.ts';
import { wholeMs } from '../../../common/ms.ts';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { duckdb, manifestOf, tableExpression } from '../support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { bytesOf, expectSameFiles } from '../support/folders.ts';
import { make } from '../support/make.ts';
import { mortalDisk } from '../support/mortal-disk.ts';
import { prometheusWith } from '../support/tsdb.ts';

const at = (minutes: number) => new Date(FLEET_START_MS + minutes * 60_000).toISOString();
const HEADER = 'episode,scenario,start,end,node,role';
const FIRST = [
  `e1,cpu_burn,${at(10)},${at(14)},node-a,attack`,
  `e2,implant,${at(50)},${at(53)},node-b,attack`,
];
/** Found by hand later: an attack that nobody planned, at the time of another, and a look-alike. */
const SECOND = [
  `v1,exfiltration_burst,${at(12)},${at(18)},node-a,attack`,
  `v2,backup,${at(80)},${at(85)},node-b,benign`,
  `v3,mining,${at(100)},${at(104)},node-a,attack`,
];
const KEY = 'a-key-of-the-tests-that-nobody-else-has-0123456789';

describe('builder relabel', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  const run = (...args: string[]) =>
    builder(args, { cwd: folder, env: { ...process.env, KUBEVIGIL_PSEUDONYM_KEY: KEY } });

  function configure(labels: object[] | undefined, more: object = {}): void {
    const config = {
      prometheus: { url: prometheus.url },
      ...{ scrapeInterval: '15s', start: at(0), end: new Date(FLEET_END_MS).toISOString() },
      columns: ['forks_per_second', 'disk_write_bytes_per_second', 'memory_used_ratio'],
      ...(labels !== undefined && { labels }),
      ...more,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(config));
  }
  async function built(output: string, labels: string[] | undefined, more: object = {}): Promise<void> {
    configure(
      labels?.map((episodes) => ({ episodes })),
      more,
    );
    await make('build', { folder, output });
  }
  const copyOf = (name: string, copy: string) => {
    rmSync(join(folder, copy), { recursive: true, force: true });
    cpSync(join(folder, name), join(folder, copy), { recursive: true });
  };
  const featuresOf = (name: string) =>
    duckdb(
      `SELECT epoch_ms("timestamp") AS t, node, forks_per_second, disk_write_bytes_per_second, memory_used_ratio FROM ${tableExpression(join(folder, name), 'parquet')} ORDER BY node, t`,
    );

  /** A relabelled dataset is the one that a build would have made, but for the name of what was asked for. */
  function expectBuilt(found: string, wanted: string): void {
    const { configDigest } = manifestOf(join(folder, found));
    const other = manifestOf(join(folder, wanted)).configDigest;
    const read = (name: string) => {
      const files = bytesOf(join(folder, name));
      const manifest = files['manifest.json'] ?? '';
      files['manifest.json'] = manifest.replace(/ {2}"relabelled": \{[\s\S]*?\n {2}\},\n/, '');
      return Object.fromEntries(
        Object.entries(files).map(([file, bytes]) => [
          file,
          bytes.replaceAll(configDigest, other).replaceAll(configDigest.slice(0, 8), other.slice(0, 8)),
        ]),
      );
    };
    const [one, two] = [read(found), read(wanted)];
    expect(Object.keys(one)).to.deep.equal(Object.keys(two));
    for (const [file, bytes] of Object.entries(two)) {
      const lines = one[file]?.split('\n') ?? [];
      const wrong = bytes.split('\n').findIndex((line, i) => line !== lines[i]);
      expect(
        wrong < 0
          ? ''
          : `${file}: ${lines[wrong]?.slice(0, 200)}, not ${bytes.split('\n')[wrong]?.slice(0, 200)}`,
      ).to.equal('');
    }
  }

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(31));
    writeFileSync(join(folder, 'first.csv'), `${[HEADER, ...FIRST].join('\n')}\n`);
    writeFileSync(join(folder, 'second.csv'), `${[HEADER, ...SECOND].join('\n')}\n`);
  });

  after(() => prometheus?.stop());

  for (const [name, more] of [
    ['by time', {}],
    ['by episode, stratified', { split: { by: 'episode', stratify: ['scenario', 'role'], embargo: '1m' } }],
    ['by node', { split: { by: 'node' } }],
    [
      'by time at given bounds, as CSV by day',
      { split: { by: 'time', bounds: [at(40), at(70)] }, format: 'csv', files: 'day' },
    ],
  ] as const) {
    it(`makes of a dataset what a build with a second source would have made: split ${name}`, async () => {
      await built(`one ${name}`, ['first.csv'], more);
      await built(`both ${name}`, ['first.csv', 'second.csv'], more);
      expect((await run('report', `one ${name}`)).code).to.equal(0);
      const { code, stderr } = await run('relabel', `one ${name}`, '--labels', 'first.csv', 'second.csv');
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expectBuilt(`one ${name}`, `both ${name}`);
      expect((await run('verify', `one ${name}`)).stdout).to.match(/^ok: /);
    });
  }

  it('refuses what the split is strict about, and gives that up when it is told to', async () => {
    writeFileSync(join(folder, 'none.csv'), `${HEADER}\n`);
    await built('strict', ['none.csv'], { split: { by: 'time', bounds: [at(40), at(70)], strict: true } });
    const before = bytesOf(join(folder, 'strict'));
    const again = ['relabel', 'strict', '--labels', 'none.csv', 'first.csv'];
    const refused = await run(...again);
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.match(
      /split\.strict: .* has no rows of .*: label more of it, or say --allow-lacks /,
    );
    expect(bytesOf(join(folder, 'strict'))).to.deep.equal(before);
    expect((await run(...again, '--allow-lacks')).code).to.equal(0);
    const { split } = manifestOf(join(folder, 'strict'));
    expect(split).not.to.have.property('strict');
    expect(split.lacks).not.to.deep.equal([]);
    expect((await run('verify', 'strict')).stdout).to.match(/^ok: /);
  });

  it('leaves the features as they are, and everything where the labels are the same', async () => {
    await built('set', ['first.csv']);
    copyOf('set', 'other');
    const features = await featuresOf('set');
    expect((await run('relabel', 'other', '--labels', 'first.csv')).code).to.equal(0);
    expectSameFiles(join(folder, 'other'), join(folder, 'set'));
    expect((await run('relabel', 'other', '--labels', 'first.csv', 'second.csv')).code).to.equal(0);
    expect(await featuresOf('other')).to.deep.equal(features);
    expect(manifestOf(join(folder, 'other')).classBalance).to.have.any.keys('mining');
    expect((await run('relabel', 'other', '--labels', 'first.csv', '--replace')).code).to.equal(0);
    expectSameFiles(join(folder, 'other'), join(folder, 'set'));
  });

  it('goes on by update where a file was corrected, since the dataset asked for is the same', async () => {
    copyOf('set', 'corrected');
    cpSync(join(folder, 'first.csv'), join(folder, 'kept.csv'));
    try {
      writeFileSync(join(folder, 'first.csv'), `${[HEADER, FIRST[0]].join('\n')}\n`);
      expect((await run('relabel', 'corrected', '--labels', 'first.csv')).code).to.equal(0);
      const before = bytesOf(join(folder, 'corrected'));
      configure([{ episodes: 'first.csv' }]);
      await make('update', { folder, output: 'corrected' });
      expect(bytesOf(join(folder, 'corrected'))).to.deep.equal(before);
    } finally {
      cpSync(join(folder, 'kept.csv'), join(folder, 'first.csv'));
    }
  });

  it('goes on by update with a configuration that names the files it has its labels of, and with no other', async () => {
    for (const first of [['first.csv'], undefined]) {
      const grown = `grown ${first?.length ?? 0}`;
      await built(grown, first);
      const asBuilt = first?.map((episodes) => ({ episodes }));
      expect((await run('relabel', grown, '--labels', 'first.csv', 'second.csv')).code).to.equal(0);
      const both = ['first.csv', 'second.csv'].map((episodes) => ({ episodes }));
      configure(asBuilt);
      expect(
        await make('update', { folder, output: grown }).catch((error: unknown) => String(error)),
      ).to.match(/different dataset/);
      configure(both, { step: '30s' });
      expect(
        await make('update', { folder, output: grown }).catch((error: unknown) => String(error)),
      ).to.match(/different dataset/);
      configure(both);
      await make('update', { folder, output: grown });
      expectSameFiles(join(folder, grown), join(folder, 'both by time'));
    }
  });

  it('gives the events beside the rows their labels anew', async () => {
    const event = (id: number, minutes: number, node: string) =>
      `${JSON.stringify({
        ...{
          id: `1774738800000-${id}`,
          time: at(minutes).replace('Z', '456789Z'),
          node,
          rule: 'shell_in_container',
        },
        ...{ on: 'exec', severity: 'warning', mitre: 'T1609', description: 'A shell.' },
        ...{ namespace: 'shop', pod: 'web-0', container: 'web' },
        exec: { path: '/bin/sh', name: 'sh', args: ['sh'], pid: id },
      })}\n`;
    writeFileSync(
      join(folder, 'events.jsonl'),
      event(1, 11, 'node-a') + event(2, 101, 'node-a') + event(3, 82, 'node-b'),
    );
    const evidence = { evidence: [{ file: 'events.jsonl' }] };
    await built('events', ['first.csv'], evidence);
    await built('events both', ['first.csv', 'second.csv'], evidence);
    expect((await run('relabel', 'events', '--labels', 'first.csv', 'second.csv')).code).to.equal(0);
    expectBuilt('events', 'events both');
    expect((await run('verify', 'events')).stdout).to.match(/^ok: /);
  });

  it('labels a dataset that had no labels', async () => {
    await built('bare', undefined);
    expect((await run('relabel', 'bare', '--labels', 'first.csv')).code).to.equal(0);
    expectBuilt('bare', 'set');
  });

  it('labels what was merged of shards, whose files stay apart', async () => {
    configure([{ episodes: 'first.csv' }]);
    for (const index of [0, 1, 2])
      await make('build', { folder, output: 'merged', shard: { index, count: 3 } });
    await merge(localStorage(join(folder, 'merged')));
    const parts = (manifest: Manifest) =>
      new Set(manifest.files.map(({ path }) => /part-(\d+)/.exec(path)?.[1]));
    const before = parts(manifestOf(join(folder, 'merged')));
    expect((await run('relabel', 'merged', '--labels', 'first.csv', 'second.csv')).code).to.equal(0);
    expect((await run('verify', 'merged')).stdout).to.match(/^ok: /);
    const manifest = manifestOf(join(folder, 'merged'));
    expect(parts(manifest)).to.deep.equal(before);
    await built('whole', ['first.csv', 'second.csv']);
    const { rowsDigest, statistics, split } = manifestOf(join(folder, 'whole'));
    expect(manifest).to.deep.include({ rowsDigest, statistics, split });
  });

  it('knows the pseudonyms of a key, and refuses names without it', async () => {
    await built('hidden', ['first.csv'], { pseudonymise: true }).catch(() => undefined);
    const args = ['build', '--config', 'dataset.yaml', '--pseudonymise'];
    configure([{ episodes: 'first.csv' }]);
    expect((await run(...args, '--output', 'hidden')).code).to.equal(0);
    configure([{ episodes: 'first.csv' }, { episodes: 'second.csv' }]);
    expect((await run(...args, '--output', 'hidden both')).code).to.equal(0);
    const labels = ['--labels', 'first.csv', 'second.csv'];
    const without = await run('relabel', 'hidden', ...labels);
    expect(without.code).to.equal(2);
    expect(without.stderr).to.match(
      /there is no node node-a, and the dataset's names are pseudonyms: give the key/,
    );
    expect((await run('relabel', 'set', '--pseudonymise', ...labels)).stderr).to.match(/has the real names/);
    expect((await run('relabel', 'hidden', '--pseudonymise', ...labels)).code).to.equal(0);
    expectBuilt('hidden', 'hidden both');
  });

  it('is killed at any change to the disk, and leaves the old dataset or the new', async () => {
    await built('old', ['first.csv'], { end: at(30), step: '1m', columns: ['memory_used_ratio'] });
    copyOf('old', 'new');
    const labels = ['first.csv', 'second.csv'].map((file) => join(folder, file));
    const now = wholeMs(Date.now());
    await relabel(localStorage(join(folder, 'new')), { labels, replace: false }, now);
    let [olds, news] = [0, 0];
    for (let life = 1; ; life++) {
      copyOf('old', 'killed');
      const { disk, died } = mortalDisk(life);
      await relabel(localStorage(join(folder, 'killed'), disk), { labels, replace: false }, now).catch(
        () => undefined,
      );
      if (!died()) break;
      const wasDecided = existsSync(join(folder, 'killed', '.commit.json'));
      // Whoever comes next tidies up: it finds one of the two, whole.
      await localStorage(join(folder, 'killed')).alone(
        { manifest: 'manifest.json', lock: '.lock', journal: '.commit.json', part: 0, shared: false },
        async () => {},
      );
      const isNew =
        manifestOf(join(folder, 'killed')).rowsDigest === manifestOf(join(folder, 'new')).rowsDigest;
      if (wasDecided) expect(isNew).to.equal(true);
      expectSameFiles(join(folder, 'killed'), join(folder, isNew ? 'new' : 'old'));
      if (isNew) news++;
      else olds++;
    }
    expect(olds).to.be.above(3);
    expect(news).to.be.above(3);
  });

  it('refuses in one line what it cannot know', async () => {
    copyOf('set', 'refused');
    const before = bytesOf(join(folder, 'refused'));
    const refusal = async (...args: string[]) => {
      const { code, stderr } = await run('relabel', ...args);
      expect(code, stderr).to.equal(2);
      expect(stderr.trim().split('\n')).to.have.length(1);
      return stderr;
    };
    expect(await refusal('refused', '--labels', 'second.csv')).to.match(
      /has 2 episodes of the file first\.csv, which would be lost: give it again, .* or say --replace/,
    );
    expect(await refusal('refused', '--labels', 'nowhere.csv')).to.match(
      /first\.csv, which would be lost|no such file/,
    );
    expect(await refusal('refused', '--labels', 'first.csv', 'nowhere.csv')).to.match(
      /there is no such file/,
    );
    writeFileSync(join(folder, 'broken.csv'), `${HEADER}\ne1,cpu_burn,now,later,node-a,attack\n`);
    expect(await refusal('refused', '--labels', 'first.csv', 'broken.csv')).to.match(
      /broken\.csv line 2: start "now" is no time/,
    );
    expect(await refusal('nowhere', '--labels', 'first.csv')).to.match(/holds no dataset/);
    writeFileSync(join(folder, 'other.csv'), `${HEADER}\nx1,mining,${at(20)},${at(22)},node-aa,attack\n`);
    expect(await refusal('refused', '--labels', 'first.csv', 'other.csv')).to.match(
      /no rows: node-aa: did you mean node-a\?/,
    );
    copyOf('set', 'allowed');
    const allowed = await run(
      'relabel',
      'allowed',
      '--labels',
      'first.csv',
      'other.csv',
      '--allow-other-nodes',
    );
    expect(allowed.code, allowed.stderr).to.equal(0);
    const path = join(folder, 'refused', 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    writeFileSync(
      path,
      JSON.stringify({ ...manifest, labels: [{ kind: 'metric', metric: 'm', episodes: 4 }] }),
    );
    expect(await refusal('refused', '--labels', 'first.csv')).to.match(
      /4 episodes of metric m, which would be lost: files cannot tell them/,
    );
    writeFileSync(path, JSON.stringify({ ...manifest, split: { ...manifest.split, by: 'joined' } }));
    expect(await refusal('refused', '--labels', 'first.csv')).to.match(
      /was joined of several labs' datasets: relabel those/,
    );
    writeFileSync(path, before['manifest.json'] ?? '', 'latin1');
    expect(bytesOf(join(folder, 'refused'))).to.deep.equal(before);
  });
});
