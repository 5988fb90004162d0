import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { merge } from '../../builder/commands/merge.ts';
import { verify } from '../../builder/commands/verify.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import type { S3Request } from '../support/s3-server.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { BUILDER, builder } from './support/cli.ts';
import { manifestOf } from './support/dataset.ts';
import { FLEET_START_MS, fleet, SCRAPE_MS } from './support/fleet.ts';
import { killUpdates } from './support/killed-updates.ts';
import { make } from './support/make.ts';
import { randomFrom } from './support/random.ts';
import { objectsBelow, s3ForTests, wrongInSnapshot } from './support/s3.ts';
import { serverThat } from './support/server.ts';
import { prometheusWith } from './support/tsdb.ts';

const KILLS = 25;
const MOST_CHANGES = 100;
const MOST_STEPS = 470;
const at = (minutes: number) => new Date(FLEET_START_MS + minutes * 60_000).toISOString();
const place = (name: string) => `s3://datasets/${name}`;

describe('builder in a bucket', () => {
  const newFolder = temporaryFolder();
  const s3 = s3ForTests();
  let folder: string;
  let prometheus: RunningPrometheus;
  /** What runs keep on this machine meanwhile. */
  let staging: string;
  const { TMPDIR } = process.env;

  before(async () => {
    folder = newFolder();
    staging = join(folder, 'tmp');
    mkdirSync(staging);
    process.env['TMPDIR'] = staging;
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(41));
    writeFileSync(
      join(folder, 'episodes.csv'),
      `episode,scenario,start,end,node\ne1,cpu_burn,${at(10)},${at(14)},node-a\n`,
    );
  });

  afterEach(() => {
    s3().disturb = undefined;
    s3().objects.clear();
  });

  after(async () => {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
    await prometheus?.stop();
  });

  function endAt(end: string, config: object = {}): void {
    const whole = {
      prometheus: { url: prometheus.url },
      scrapeInterval: '15s',
      start: at(0),
      end,
      columns: ['forks_per_second', 'disk_write_bytes_per_second', 'memory_used_ratio'],
      labels: [{ episodes: 'episodes.csv' }],
      split: { by: 'time', bounds: [at(40), at(70)] },
      ...config,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(whole));
  }

  const verified = async (name: string) => (await verify(await openStorage(place(name)))).differences;

  /** Everything that a dataset says of its rows, whatever its files are called. */
  function contents({ files, ...manifest }: Manifest) {
    return { ...manifest, files: files.map(({ path: _, ...file }) => file) };
  }

  const manifestIn = (name: string) =>
    JSON.parse(objectsBelow(s3(), name)['manifest.json'] ?? '{}') as Manifest;

  for (const format of ['parquet', 'csv']) {
    it(`has the same ${format} dataset as a folder: built, updated, verified, reported`, async () => {
      endAt(at(50), { format });
      await make('update', { folder, output: place('a') });
      endAt(at(80), { format });
      const config = join(folder, 'dataset.yaml');
      const updated = await builder(['update', '--config', config, '--output', place('a')]);
      expect(updated).to.include({ code: 0, stderr: '' });
      expect(updated.stdout).to.match(/written to s3:\/\/datasets\/a\n$/);
      await make('build', { folder, output: `here ${format}` });
      expect(contents(manifestIn('a'))).to.deep.equal(contents(manifestOf(join(folder, `here ${format}`))));
      await make('build', { folder, output: place('once') });
      expect(objectsBelow(s3(), 'a')).to.deep.equal(objectsBelow(s3(), 'once'));
      expect(await builder(['verify', place('a')])).to.include({ code: 0, stderr: '' });
      expect((await builder(['report', place('a')])).stdout).to.equal('s3://datasets/a/report.html\n');
      expect(await verified('a')).to.deep.equal([]);
      const [file = ''] = manifestIn('a').files.map(({ path }) => path);
      expect(file).to.match(/^data\/date=2026-03-28\/part-0-[a-z]+-[0-9a-f]{16}\.(csv|parquet)$/);
      const there = s3().objects.get(`a/${file}`);
      if (there !== undefined) there.bytes[100] = (there.bytes[100] ?? 0) ^ 1;
      expect((await builder(['verify', place('a')])).stderr).to.include(`${file}: sha256 is`);
      s3().objects.delete(`a/${file}`);
      expect(await builder(['verify', place('a')])).to.include({ code: 1, stderr: `${file}: is missing\n` });
      expect(readdirSync(staging)).to.deep.equal([]);
    });
  }

  it('has shards, which merge to what one run builds', async () => {
    endAt(at(65));
    await make('build', { folder, output: place('whole') });
    for (const index of [1, 0])
      await make('build', { folder, output: place('parts'), shard: { index, count: 2 } });
    expect(Object.keys(objectsBelow(s3(), 'parts'))).to.include('manifest-0-of-2.json');
    // A merge that was cut off after it had put the manifest has been done.
    const done = new Map(s3().objects);
    expect(await builder(['merge', place('parts')])).to.include({ code: 0, stderr: '' });
    const merged = objectsBelow(s3(), 'parts');
    expect(manifestIn('parts').rowsDigest).to.equal(manifestIn('whole').rowsDigest);
    expect(await verified('parts')).to.deep.equal([]);
    for (const [key, object] of done) if (key.includes('-of-2.json')) s3().objects.set(key, object);
    await merge(await openStorage(place('parts'))).catch(() => undefined);
    expect(objectsBelow(s3(), 'parts')).to.deep.equal(merged);
  });

  it('writes over nothing that is not its own', async () => {
    endAt(at(20));
    s3().objects.set('a/thesis.txt', { bytes: Buffer.from('mine'), etag: '"1"', modifiedMs: 0 });
    const { code, stderr } = await builder([
      ...['build', '--config', join(folder, 'dataset.yaml'), '--output', place('a')],
    ]);
    expect({ code, stderr }).to.deep.equal({
      code: 2,
      stderr:
        'kubevigil-builder: s3://datasets/a holds thesis.txt, but no dataset: choose another --output, or remove it\n',
    });
    expect(Object.keys(objectsBelow(s3(), 'a'))).to.deep.equal(['thesis.txt']);
  });

  it('is written by one run at a time', async () => {
    endAt(at(20));
    const config = join(folder, 'dataset.yaml');
    const silent = await serverThat(() => {});
    const args = (url: string) => [
      ...['update', '--config', config, '--output', place('a'), '--prometheus', url],
    ];
    const first = spawn(process.execPath, [BUILDER, ...args(silent.url)], { stdio: 'ignore' });
    try {
      await waitFor('the lock', () => s3().objects.has('a/.lock'));
      const { code, stdout, stderr } = await builder(args(prometheus.url));
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(
        new RegExp(
          `^kubevigil-builder: s3://datasets/a is being written by process ${first.pid} on ${hostname()} [^\\n]*\\n$`,
        ),
      );
    } finally {
      first.kill('SIGKILL');
      await once(first, 'exit');
      await silent.close();
    }
    expect(await builder(args(prometheus.url))).to.include({ code: 0, stderr: '' });
    expect(await verified('a')).to.deep.equal([]);
  });

  const isChange = ({ method }: S3Request) => method !== 'GET';

  it('shows no half state to a reader who follows the manifest, and goes on from any request', async () => {
    endAt(at(50));
    await make('build', { folder, output: place('a') });
    const base = new Map(s3().objects);
    endAt(at(80));
    await make('build', { folder, output: place('once') });
    const wanted = objectsBelow(s3(), 'once');
    let life = 1;
    for (; life < MOST_CHANGES; life++) {
      s3().objects.clear();
      for (const [key, object] of base) s3().objects.set(key, object);
      let changes = 0;
      const wrong: string[] = [];
      s3().disturb = (request) => {
        wrong.push(...wrongInSnapshot(s3(), 'a'));
        if (isChange(request)) changes++;
        // From then on nothing it does has any effect, no tidying up either.
        return changes >= life ? 501 : undefined;
      };
      const failure = await make('update', { folder, output: place('a') }).catch((error: unknown) => error);
      wrong.push(...wrongInSnapshot(s3(), 'a'));
      expect(wrong).to.deep.equal([]);
      s3().disturb = undefined;
      if (changes < life) {
        expect(failure).not.to.be.instanceOf(Error);
        break;
      }
      // Its owner, this process, has not ended: see the lock's own test.
      s3().objects.delete('a/.lock');
      await make('update', { folder, output: place('a') });
      expect(objectsBelow(s3(), 'a')).to.deep.equal(wanted);
    }
    expect(life).to.be.greaterThan(10);
  });

  it('loses nothing to a store that is busy, breaks off and loses answers', async () => {
    const random = randomFrom(6);
    endAt(at(80));
    await make('build', { folder, output: place('once') });
    for (let round = 0; round < 4; round++) {
      s3().disturb = () => {
        const luck = random();
        if (luck < 0.05) return 503;
        if (luck < 0.1) return 'reset';
        if (luck < 0.2) return 'lost';
        return luck < 0.25 ? 'half' : undefined;
      };
      endAt(at(50 + 10 * round));
      await make('update', { folder, output: place('a') });
    }
    s3().disturb = undefined;
    expect(objectsBelow(s3(), 'a')).to.deep.equal(objectsBelow(s3(), 'once'));
  });

  it(`goes on after kill -9 at ${KILLS} random moments`, async () => {
    const random = randomFrom(5);
    const names = ['a', 'b', 'c'].map((name) => `killed ${name}`);
    const wrong: string[] = [];
    s3().disturb = ({ key }) => {
      const [name = ''] = key.split('/');
      wrong.push(...wrongInSnapshot(s3(), name));
    };
    const prepare = (round: number) =>
      endAt(new Date(FLEET_START_MS + Math.min(40 + 24 * round, MOST_STEPS) * SCRAPE_MS).toISOString());
    await killUpdates({
      ...{ kills: KILLS, random, prepare },
      options: names.map((name) => ({ folder, output: place(name) })),
    });
    endAt(at(118));
    for (const name of names) await make('update', { folder, output: place(name) });
    await make('build', { folder, output: place('never killed') });
    expect(wrong).to.deep.equal([]);
    for (const name of names)
      expect(objectsBelow(s3(), name)).to.deep.equal(objectsBelow(s3(), 'never killed'));
  });
});
