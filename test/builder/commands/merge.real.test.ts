import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { merge } from '../../../builder/commands/merge.ts';
import { verify } from '../../../builder/commands/verify.ts';
import { BuilderError } from '../../../common/errors.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { bytesOf } from '../support/folders.ts';
import { make } from '../support/make.ts';
import { prometheusWith } from '../support/tsdb.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const SHARDS = 4;

/** Six nodes. */
function wideFleet() {
  return [11, 12, 13].flatMap((seed, i) =>
    fleet(seed).map(({ labels, samples }) => ({
      labels: { ...labels, node: `${labels['node']}${i}`, instance: `${labels['instance']}${i}` },
      samples,
    })),
  );
}

describe('builder merge', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  function configure(config: object = {}): void {
    const whole = {
      prometheus: { url: prometheus.url },
      scrapeInterval: '15s',
      start: iso(FLEET_START_MS),
      end: iso(FLEET_END_MS),
      labels: [{ episodes: 'episodes.csv' }],
      ...config,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(whole));
  }

  const shard = (output: string, index: number, count = SHARDS) =>
    make('build', { folder, output, shard: { index, count } });

  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error = await promise.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(BuilderError).with.property('exitCode', 2);
    return (error as BuilderError).message;
  }

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), wideFleet());
    const start = FLEET_START_MS + 600_000;
    const lines = ['episode,scenario,start,end,node', `e1,cpu_burn,${start},${start + 120_000},node-a1`, ''];
    writeFileSync(join(folder, 'episodes.csv'), lines.join('\n'));
    configure();
    await make('build', { folder, output: 'whole' });
    // As the pods of a job: in no order, two at a time.
    for (const pair of [
      [3, 0],
      [1, 2],
    ]) {
      await Promise.all(pair.map((index) => shard('shards', index)));
    }
  });

  beforeEach(() => configure());
  after(() => prometheus?.stop());

  function copyOfShards(name: string): string {
    cpSync(join(folder, 'shards'), join(folder, name), { recursive: true });
    return join(folder, name);
  }

  it('makes of four shards what one run makes, but for the files', async () => {
    const merged = copyOfShards('merged');
    await merge(localStorage(merged));
    const { files: many, merged: parts = [], ...found } = manifestOf(merged);
    const { files: one, ...wanted } = manifestOf(join(folder, 'whole'));
    expect(found).to.deep.equal(wanted);
    expect(many.length).to.be.greaterThan(one.length);
    const [, , third] = parts;
    const own = JSON.parse(readFileSync(join(folder, 'shards', 'manifest-2-of-4.json'), 'utf8'));
    expect(parts.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3]);
    expect(third).to.include({ rows: own.rows, rowsDigest: own.rowsDigest });
    expect(parts.reduce((sum, { rows }) => sum + rows, 0)).to.equal(found.rows);
    expect((await verify(localStorage(merged))).differences).to.deep.equal([]);
    expect(Object.keys(bytesOf(merged)).filter((file) => !file.startsWith('data/'))).to.deep.equal([
      'README.md',
      'croissant.json',
      'manifest.json',
    ]);
    expect(await refusal(merge(localStorage(merged)))).to.match(/holds no shards/);
    expect(await refusal(shard('merged', 1))).to.match(/already holds a whole dataset/);
    expect(await refusal(make('update', { folder, output: 'merged' }))).to.match(/was merged from shards/);
  });

  it('takes a shard that was built again', async () => {
    const again = copyOfShards('again');
    const before = bytesOf(again);
    await shard('again', 2);
    expect(bytesOf(again)).to.deep.equal(before);
  });

  it('says which shards are missing', async () => {
    const missing = copyOfShards('missing');
    for (const index of [0, 2]) rmSync(join(missing, `manifest-${index}-of-4.json`));
    const before = bytesOf(missing);
    expect(await refusal(merge(localStorage(missing)))).to.match(/missing 0\/4, 2\/4$/);
    expect(bytesOf(missing)).to.deep.equal(before);
  });

  it('refuses shards of different datasets, and of another number', async () => {
    copyOfShards('different');
    rmSync(join(folder, 'different', 'manifest-1-of-4.json'));
    configure({ seed: 'another' });
    await shard('different', 1);
    expect(await refusal(merge(localStorage(join(folder, 'different'))))).to.match(
      /^shards 0 and 1 are of different datasets: configDigest is not the same/,
    );
    expect(await refusal(shard('different', 1, 3))).to.match(/which is not of 3 shards/);
  });

  it('refuses a node in two shards', async () => {
    const twice = copyOfShards('twice');
    const [from, to] = [0, 1, 2, 3].map((index) => join(twice, `manifest-${index}-of-4.json`)) as [
      string,
      string,
    ];
    const all = [0, 1, 2, 3].map((index) =>
      JSON.parse(readFileSync(join(twice, `manifest-${index}-of-4.json`), 'utf8')),
    );
    const full = all.findIndex(({ entities }) => entities.length > 0);
    const other = full === 0 ? 1 : 0;
    all[other].entities = all[full].entities;
    writeFileSync(other === 0 ? from : to, JSON.stringify(all[other]));
    expect(await refusal(merge(localStorage(twice)))).to.match(/both hold node node-/);
  });

  it('keeps what each shard came about by, and refuses two texts of one name', async () => {
    const path = (name: string) => join(folder, name);
    writeFileSync(path('night.yaml'), 'seed: 7\n');
    writeFileSync(path('day.yaml'), 'seed: 8\n');
    configure({ provenance: ['night.yaml'] });
    await shard('told', 0, 2);
    configure({ provenance: ['night.yaml', 'day.yaml'] });
    await shard('told', 1, 2);
    cpSync(path('told'), path('untold'), { recursive: true });
    const { provenance = [] } = await merge(localStorage(path('told')));
    expect(provenance.map(({ name, text }) => `${name} ${text}`)).to.deep.equal([
      'night.yaml seed: 7\n',
      'day.yaml seed: 8\n',
    ]);
    expect(readFileSync(path('told/provenance/day.yaml'), 'utf8')).to.equal('seed: 8\n');
    expect((await verify(localStorage(path('told')))).differences).to.deep.equal([]);
    writeFileSync(path('night.yaml'), 'seed: 9\n');
    await shard('untold', 1, 2);
    expect(await refusal(merge(localStorage(path('untold'))))).to.match(
      /^provenance night\.yaml of shard 1 /,
    );
  });

  it('wants absolute times, that are over', async () => {
    configure({ start: '2h' });
    expect(await refusal(shard('none', 0))).to.match(/both absolute/);
    configure({ end: iso(Date.now() + 3_600_000) });
    expect(await refusal(shard('none', 0))).to.match(/is not over yet/);
  });

  it('takes the number of an indexed job', async () => {
    const run = (text: string, env: NodeJS.ProcessEnv) =>
      builder(
        ['build', '--config', join(folder, 'dataset.yaml'), '--shard', text, '--output', join(folder, 'job')],
        { env: { ...process.env, ...env } },
      );
    expect(await run('auto/4', { JOB_COMPLETION_INDEX: '2' })).to.include({ code: 0, stderr: '' });
    const ours = bytesOf(join(folder, 'job'));
    const [file] = Object.keys(ours).filter((path) => path.startsWith('manifest'));
    expect(file).to.equal('manifest-2-of-4.json');
    for (const [text, env] of [
      ['4/4', {}],
      ['1', {}],
      ['auto/4', { JOB_COMPLETION_INDEX: '4' }],
    ] as const) {
      const { code, stderr } = await run(text, env);
      expect(stderr).to.match(/^kubevigil-builder: --shard [^\n]*\n$/);
      expect(code).to.equal(2);
    }
  });
});
