import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Result, resultSchema } from '../../../builder/benchmark/result.ts';
import { randomFrom } from '../../../common/random.ts';
import type { Split } from '../../../dataset/model/rows.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { attackRow, type MadeNode, type MadeRow, makeDataset, NORMAL_ROW } from '../support/made-dataset.ts';

const ROWS = 400;
const PARTS: readonly [Split, number][] = [
  ['train', 200],
  ['embargo', 210],
  ['validation', 290],
  ['embargo', 300],
  ['test', ROWS],
];

const partOf = (row: number) => PARTS.find(([, until]) => row < until)?.[0] ?? 'test';

/** Eight rows in ten of each part are of attacks, as in a dataset that a hasty campaign makes. */
function nodeOf(node: string, seed: number): MadeNode {
  const random = randomFrom(seed);
  const rows = Array.from({ length: ROWS }, (_, i): MadeRow => {
    const within = i % 20;
    const isAttack = within >= 3 && within < 19;
    const isBenign = within === 1;
    const label = isAttack
      ? attackRow('cpu_burn', `${node}-${Math.floor(i / 20)}`)
      : within === 19
        ? { ...NORMAL_ROW, phase: 'recovery' as const }
        : isBenign
          ? { ...NORMAL_ROW, episode: `${node}-b${Math.floor(i / 20)}`, role: 'benign' }
          : NORMAL_ROW;
    const cpu = (isAttack ? 0.7 : 0.3) + 0.3 * random();
    return {
      ...label,
      split: partOf(i),
      values: { cpu, noise: random(), ...(random() < 0.9 && { forks: random() }) },
    };
  });
  return { node, rows };
}

describe('builder baseline', () => {
  const newFolder = temporaryFolder();
  let folder: string;

  const run = (...args: string[]) => builder(args, { cwd: folder });
  async function results(...args: string[]): Promise<Result[]> {
    const { code, stdout, stderr } = await run(...args, '--json');
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return (JSON.parse(stdout) as { results: Result[] }).results;
  }

  before(async () => {
    folder = newFolder();
    await makeDataset(join(folder, 'set'), {
      nodes: [nodeOf('a', 1), nodeOf('b', 2)],
      features: ['cpu', 'noise', 'forks'],
    });
  });

  it('is better than calling everything an attack, which comes to the base rate and no more', async () => {
    const all = await results('baseline', 'set', '--leaderboard', 'none');
    const by = new Map(all.map((one) => [one.model, one]));
    expect([...by.keys()]).to.have.members(['always-attack', 'logistic regression', 'gradient boosting']);
    const always = by.get('always-attack') as Result;
    expect(always.rows).to.deep.equal({ test: 200, judged: 190, attack: 160 });
    expect(always.baseRate).to.equal(160 / 190);
    expect(always.averagePrecision).to.be.closeTo(always.baseRate as number, 1e-12);
    expect(always.episodes).to.deep.equal({ events: 10, found: 10 });
    expect(always.medianDelaySeconds).to.equal(0);
    // It alarms in all of the time in which nothing happens, however few alarms that makes.
    expect(always.falseAlarms).to.include({ alarms: 20, shareInAlarm: 1, quietHours: (20 * 15) / 3600 });
    expect(always.benign).to.deep.equal({ events: 10, found: 10 });
    for (const name of ['logistic regression', 'gradient boosting']) {
      const own = by.get(name) as Result;
      expect(own.averagePrecision, name).to.be.above(0.99);
      expect(own.thresholdFrom).to.equal('validation');
      expect(own.falseAlarms?.shareInAlarm, name).to.be.below(0.5);
    }
  });

  it('gives the same figures for the same seed', async () => {
    const [one, other] = [
      await results('baseline', 'set', '--seed', '7', '--leaderboard', 'none'),
      await results('baseline', 'set', '--seed', '7', '--leaderboard', 'none'),
    ];
    expect(one).to.deep.equal(other);
  });

  it('shows a table with the base rate, and leaves a file for each model and a page that verify knows', async () => {
    const { stdout, code } = await run('baseline', 'set');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^test: 200 rows, 190 judged, 160 of attacks: base rate 0\.842 /);
    expect(stdout)
      .to.match(/^always-attack +0\.842 /m)
      .and.to.include('written to');
    const file = join(folder, 'set', 'leaderboard', 'gradient-boosting.json');
    const own = resultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(own.model).to.equal('gradient boosting');
    const page = readFileSync(join(folder, 'set', 'leaderboard', 'index.html'), 'utf8');
    expect(page)
      .to.include('gradient boosting')
      .and.include('default-src &#39;none&#39;')
      .and.not.include('<script');
    expect((await run('verify', 'set')).stdout).to.match(/^ok: /);

    writeFileSync(file, readFileSync(file, 'utf8').replace('"baseline"', '"submission"'));
    expect((await run('verify', 'set')).stderr).to.match(
      /leaderboard\/index\.html: is not what the models' files make of it/,
    );
    writeFileSync(file, '{}');
    expect((await run('verify', 'set')).stderr).to.match(
      /leaderboard\/gradient-boosting\.json: is no result of a model/,
    );
    writeFileSync(file, JSON.stringify({ ...own, rowsDigest: '0'.repeat(64) }));
    expect((await run('verify', 'set')).stderr).to.match(/gradient-boosting\.json: is of other rows/);
    expect((await run('baseline', 'set')).code).to.equal(0);
    expect((await run('verify', 'set')).code).to.equal(0);
  });

  it('puts the files elsewhere when it is told to', async () => {
    expect((await run('baseline', 'set', '--leaderboard', 'board')).code).to.equal(0);
    const { rowsDigest } = JSON.parse(readFileSync(join(folder, 'board', 'always-attack.json'), 'utf8'));
    expect(rowsDigest).to.match(/^[0-9a-f]{64}$/);
  });

  it('says which baseline cannot be learned, and why', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i): MadeRow => ({ ...NORMAL_ROW, split: i < 20 ? 'train' : 'test', values: { cpu: i } }),
    );
    await makeDataset(join(folder, 'calm'), { nodes: [{ node: 'a', rows }], features: ['cpu'] });
    const { stdout, code } = await run('baseline', 'calm');
    expect(code).to.equal(0);
    expect(stdout).to.include(
      'gradient boosting cannot be learned: train has not both attack and normal rows',
    );
    expect(stdout).to.include('test has no attack row');
    expect((await run('verify', 'calm')).code).to.equal(0);
  });

  it('refuses what is no dataset in one line', async () => {
    const { code, stderr } = await run('baseline', 'nowhere');
    expect(code).to.equal(2);
    expect(stderr.trim().split('\n')).to.have.length(1);
  });
});
