import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Manifest } from '../../../dataset/model/manifest.ts';
import type { Split } from '../../../dataset/model/rows.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { duckdb, manifestOf, tableExpression } from '../support/dataset.ts';
import { bytesOf } from '../support/folders.ts';
import {
  attackRow,
  MADE_START_MS,
  type MadeNode,
  type MadeOptions,
  type MadeRow,
  makeDataset,
  NORMAL_ROW,
} from '../support/made-dataset.ts';

const SPLITS: readonly Split[] = ['train', 'embargo', 'validation', 'embargo', 'test'];
const DAY_MS = 86_400_000;

/** Every lab calls its nodes and episodes as every other does. */
function nodeOf(node: string, seed: number, more: Partial<MadeNode> = {}): MadeNode {
  const rows = Array.from(
    { length: 30 },
    (_, i): MadeRow => ({
      ...(i % 6 === 3 ? { ...attackRow('cpu_burn', `e${Math.floor(i / 6)}`), run: 'night' } : NORMAL_ROW),
      split: SPLITS[Math.floor(i / 6)] as Split,
      values: { cpu: seed + i / 100, ...(i % 5 > 0 && { forks: i * seed }) },
    }),
  );
  return { node, rows, ...more };
}

const FEATURES = ['cpu', 'forks'];

describe('builder join', () => {
  const newFolder = temporaryFolder();
  let folder: string;

  const run = (...args: string[]) => builder(args, { cwd: folder });
  const make = (name: string, options: Partial<MadeOptions>) =>
    makeDataset(join(folder, name), {
      nodes: [nodeOf('a', 1), nodeOf('b', 2)],
      features: FEATURES,
      ...options,
    });
  const rowsOf = (name: string, format: 'parquet' | 'csv' = 'parquet') =>
    duckdb(
      `SELECT epoch_ms("timestamp")::DOUBLE AS t, cluster, node, cpu::DOUBLE AS cpu, forks::DOUBLE AS forks, label, anomaly::INTEGER AS anomaly, episode, role, phase, run, split FROM ${tableExpression(join(folder, name), format)} ORDER BY cluster NULLS FIRST, node, t`,
    );

  /** What joining is refused by. */
  async function refusal(...args: string[]): Promise<string> {
    rmSync(join(folder, 'no'), { recursive: true, force: true });
    const { code, stderr } = await run('join', ...args, '--output', 'no');
    expect(code, stderr).to.equal(2);
    expect(stderr.trim().split('\n'), stderr).to.have.length(1);
    return stderr;
  }

  before(async () => {
    folder = newFolder();
    await make('berlin', {});
    // Of another time, with clusters, as CSV, over midnight.
    const clustered = [nodeOf('a', 3, { cluster: 'east' }), nodeOf('a', 4, { cluster: 'west' })];
    const startMs = MADE_START_MS + DAY_MS - 150_000;
    await make('lyon', { nodes: clustered, startMs, manifest: { format: 'csv', scrapeInterval: '5s' } });
  });

  it('has the rows of all, apart by the name of the lab, with their parts', async () => {
    const before = bytesOf(join(folder, 'berlin'));
    const { code, stdout, stderr } = await run('join', 'berlin', 'south=lyon', '--output', 'all');
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^120 rows, /)
      .and.include('splits of the labs');
    const prefixed = (lab: string, rows: Record<string, unknown>[]) =>
      rows.map((row) => ({
        ...row,
        cluster: row['cluster'] === null ? lab : `${lab}/${String(row['cluster'])}`,
        episode: row['episode'] === null ? null : `${lab}/${String(row['episode'])}`,
        run: row['run'] === null ? null : `${lab}/${String(row['run'])}`,
      }));
    expect(await rowsOf('all')).to.deep.equal([
      ...prefixed('berlin', await rowsOf('berlin')),
      ...prefixed('south', await rowsOf('lyon', 'csv')),
    ]);
    expect((await run('verify', 'all')).stdout).to.match(/^ok: /);
    expect(bytesOf(join(folder, 'berlin'))).to.deep.equal(before);
  });

  it('tells where each lab came from, and how it was split', async () => {
    const joined: Manifest = manifestOf(join(folder, 'all'));
    const [berlin, lyon] = [manifestOf(join(folder, 'berlin')), manifestOf(join(folder, 'lyon'))];
    expect(joined.joined?.map(({ lab, rowsDigest, split }) => [lab, rowsDigest, split.by])).to.deep.equal([
      ['berlin', berlin.rowsDigest, 'time'],
      ['south', lyon.rowsDigest, 'time'],
    ]);
    expect(joined.split.by).to.equal('joined');
    expect(joined.entities.map(({ cluster, node }) => `${cluster} ${node}`)).to.deep.equal([
      'berlin a',
      'berlin b',
      'south/east a',
      'south/west a',
    ]);
    expect(joined.warnings).to.include('scrapeInterval is 15s in berlin, 5s in south');
    expect(joined.labels.map(({ lab }) => lab)).to.deep.equal(['berlin', 'south']);
    const card = readFileSync(join(folder, 'all', 'README.md'), 'utf8');
    expect(card).to.include(lyon.rowsDigest).and.include('as each lab has split its own');
    expect((await run('report', 'all')).code).to.equal(0);
    expect((await run('baseline', 'all')).code).to.equal(0);
    expect((await run('verify', 'all')).code).to.equal(0);
  });

  it('has the same rows in any format, and whatever the order of the labs is', async () => {
    expect((await run('join', 'south=lyon', 'berlin', '--output', 'other', '--format', 'csv')).code).to.equal(
      0,
    );
    expect(manifestOf(join(folder, 'other')).rowsDigest).to.equal(manifestOf(join(folder, 'all')).rowsDigest);
    expect((await run('verify', 'other')).code).to.equal(0);
  });

  it('takes what the whole is called from about in the configuration', async () => {
    writeFileSync(join(folder, 'all.yaml'), 'about: { name: both-labs, license: CC-BY-4.0 }\n');
    expect((await run('join', 'berlin', 'lyon', '--output', 'named', '--config', 'all.yaml')).code).to.equal(
      0,
    );
    expect(readFileSync(join(folder, 'named', 'README.md'), 'utf8')).to.match(
      /^(---\n[\s\S]*?\n---\n+)?# both-labs\n/,
    );
  });

  it('joins pseudonyms, of one key and of two, and never with real names', async () => {
    const hidden = (keyId: string) => ({ columns: ['node'], method: 'HMAC-SHA-256' as const, keyId });
    await make('p1', { manifest: { pseudonyms: hidden('one') } });
    await make('p2', { nodes: [nodeOf('a', 5)], manifest: { pseudonyms: hidden('two') } });
    expect((await run('join', 'p1', 'p2', '--output', 'hidden')).code).to.equal(0);
    const { pseudonyms, warnings } = manifestOf(join(folder, 'hidden'));
    expect(pseudonyms?.keyId).to.equal('one and two');
    expect(warnings.join('\n')).to.include('by different keys');
    expect((await run('verify', 'hidden')).code).to.equal(0);
    expect(await refusal('p1', 'berlin')).to.match(/p1 has pseudonyms \(node\), and berlin has real names/);
  });

  it('joins datasets of pods', async () => {
    const pod = (seed: number) => nodeOf('a', seed, { namespace: 'shop', pod: 'web' });
    await make('pods1', { nodes: [pod(1)] });
    await make('pods2', { nodes: [pod(2)] });
    expect((await run('join', 'pods1', 'pods2', '--output', 'pods')).code).to.equal(0);
    expect((await run('verify', 'pods')).code).to.equal(0);
    expect(await refusal('pods1', 'berlin')).to.match(/entity is pod in pods1, and node in berlin/);
  });

  it('refuses in one line what does not fit, and leaves nothing', async () => {
    await make('fast', { manifest: { step: '5s' } });
    await make('wide', { manifest: { window: '1m' } });
    await make('narrow', { features: ['cpu'] });
    await make('turned', { features: ['forks', 'cpu'] });
    await make('units', {
      manifest: { columns: [{ name: 'cpu', type: 'double', help: 'h', nulls: 0, unit: 'percent' }] },
    });
    expect(await refusal('berlin', 'fast')).to.match(/step is 15s in berlin, and 5s in fast/);
    expect(await refusal('berlin', 'wide')).to.match(/window is 15s in berlin, and 1m in wide/);
    expect(await refusal('berlin', 'narrow')).to.match(
      /berlin alone has forks: build both with the same columns/,
    );
    expect(await refusal('berlin', 'turned')).to.match(/column 4 is cpu in berlin, and forks in turned/);
    expect(await refusal('berlin', 'units')).to.match(
      /column cpu has the unit ratio in berlin, and percent in units/,
    );
    expect(await refusal('berlin', 'x=berlin')).to.match(/have the same rows/);
    expect(await refusal('berlin', './berlin')).to.match(/two datasets are called berlin/);
    expect(await refusal('berlin')).to.match(/two datasets or more/);
    expect(await refusal('berlin', 'nowhere')).to.match(/holds no dataset/);
    expect(await refusal('berlin', 'all')).to.match(/all was joined itself/);
    cpSync(join(folder, 'berlin'), join(folder, 'no'), { recursive: true });
    const { code, stderr } = await run('join', 'berlin', 'lyon', '--output', 'no');
    expect(code).to.equal(2);
    expect(stderr).to.match(/no holds README\.md: choose another --output/);
  });

  it('refuses files that are not what their manifest says', async () => {
    cpSync(join(folder, 'berlin'), join(folder, 'broken'), { recursive: true });
    const [file] = manifestOf(join(folder, 'broken')).files;
    const path = join(folder, 'broken', file?.path ?? '');
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    writeFileSync(path, bytes);
    const { code, stderr } = await run('join', 'lyon', 'broken', '--output', 'none');
    expect(code).to.equal(1);
    expect(stderr).to.match(/is not the file that the manifest names/);
  });
});
