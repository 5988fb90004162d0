import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Result } from '../../../builder/benchmark/result.ts';
import { openStorage } from '../../../dataset/storage/open.ts';
import { readRows } from '../../../learning/table/read-dataset.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { attackRow, MADE_START_MS, type MadeRow, makeDataset, NORMAL_ROW } from '../support/made-dataset.ts';

const STEP_MS = 15_000;
const PARTS = ['train', 'validation', 'embargo', 'test'] as const;
const HIDDEN = ['test', 'embargo'];

/** What can be in a row; names of what is in test alone are found by this word. */
const kinds = fc.constantFrom('quiet', 'attack', 'victim', 'bystander', 'benign', 'recovery', 'unknown');
const pod = fc.array(fc.tuple(kinds, fc.constantFrom(...PARTS), fc.nat(9)), { minLength: 12, maxLength: 30 });

function rowOf([kind, split, value]: readonly [string, MadeRow['split'], number], i: number): MadeRow {
  const where = HIDDEN.includes(split) ? 'secret' : 'open';
  const episode = `${where}-${Math.floor(i / 4)}`;
  const own = { ...attackRow(`${where}_burn`, episode), run: `${where}-run` };
  const beside = { ...NORMAL_ROW, episode, role: 'attack' };
  const labels: Record<string, Partial<MadeRow>> = {
    quiet: NORMAL_ROW,
    attack: { ...own, involvement: 'attacker' },
    victim: { ...own, involvement: 'victim' },
    bystander: { ...beside, involvement: 'bystander' },
    benign: { ...beside, role: 'benign' },
    recovery: { ...NORMAL_ROW, phase: 'recovery' },
    unknown: { label: null, anomaly: null, phase: null },
  };
  return { ...labels[kind], split, values: { cpu: value, memory: i } };
}

function textsIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

describe('builder hide-labels', () => {
  const newFolder = temporaryFolder();

  async function done(cwd: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await builder(args, { cwd });
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return stdout;
  }

  async function refusal(cwd: string, ...args: string[]): Promise<string> {
    const { code, stderr } = await builder(args, { cwd });
    expect(code, stderr).to.equal(2);
    expect(stderr.trim().split('\n'), stderr).to.have.length(1);
    return stderr;
  }

  const rowsIn = async (folder: string) => readRows(await openStorage(folder), folder);

  it('leaves no label of test in the copy, all else as it was, and a file by which scores are judged the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pod, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('csv' as const, 'parquet' as const),
        async (pods, format) => {
          const folder = newFolder();
          const [first] = pods as [(typeof pods)[number]];
          first[0] = ['attack', 'test', 1];
          first[1] = ['attack', 'train', 1];
          const nodes = pods.map((rows, i) => ({
            ...{ node: 'a', namespace: 'shop', pod: `p${i}` },
            rows: rows.map((row, at) => rowOf(row, at)),
          }));
          const whole = await makeDataset(join(folder, 'whole'), {
            ...{ nodes, features: ['cpu', 'memory'] },
            manifest: {
              format,
              labels: [{ kind: 'episodes', file: 'e.csv', sha256: 'e'.repeat(64), episodes: 9, scripted: 9 }],
              provenance: [{ name: 'plan.yaml', sha256: 'f'.repeat(64), text: 'secret plan' }],
              warnings: ['node a: secret-1 and secret-2 overlap'],
            },
          });
          await done(folder, 'hide-labels', 'whole', '--output', 'copy', '--key', 'key.csv');
          await done(folder, 'verify', 'copy');
          const [before, after] = [await rowsIn(join(folder, 'whole')), await rowsIn(join(folder, 'copy'))];
          for (const [i, own] of before.series.entries()) {
            const copy = after.series[i];
            expect(copy?.timesMs).to.deep.equal(own.timesMs);
            expect(copy?.values).to.deep.equal(own.values);
            for (const [row, facts] of own.facts.entries()) {
              const nothing = { label: null, episode: null, role: null, phase: null, involvement: null };
              const wanted = HIDDEN.includes(facts.split ?? '') ? { ...nothing, split: facts.split } : facts;
              expect(copy?.facts[row]).to.deep.equal(wanted);
            }
          }
          const published = textsIn(join(folder, 'copy'));
          for (const secret of [
            'secret',
            whole.rowsDigest,
            'e'.repeat(64),
            ...whole.files.map((file) => file.labelDigest),
          ])
            expect(published).to.not.include(secret);
          expect(statSync(join(folder, 'key.csv')).mode & 0o777).to.equal(0o600);

          const header = 'timestamp,node,namespace,pod,score';
          const lines = pods.flatMap((rows, i) =>
            rows.map(
              ([, , value], row) =>
                `${MADE_START_MS + row * STEP_MS},a,shop,p${i},${((value * 7) % 10) + row / 100}`,
            ),
          );
          writeFileSync(join(folder, 'submit.csv'), `${[header, ...lines].join('\n')}\n`);
          const judged = async (...args: string[]) => {
            const said = await done(folder, 'score', ...args, '--json', '--leaderboard', 'none');
            const {
              rowsDigest: _,
              labelsSha256: __,
              ...figures
            } = (JSON.parse(said) as { results: [Result] }).results[0];
            return figures;
          };
          expect(await judged('copy', 'submit.csv', '--labels', 'key.csv')).to.deep.equal(
            await judged('whole', 'submit.csv'),
          );
        },
      ),
      { numRuns: 12 },
    );
  });

  it('says in the manifest and the card what is hidden, and of what lacks only what can be known', async () => {
    const folder = newFolder();
    const rows = ['train', 'validation', 'test'].flatMap((split) =>
      ['quiet', 'attack'].map((kind) => rowOf([kind, split as MadeRow['split'], 1], 0)),
    );
    await makeDataset(join(folder, 'whole'), { nodes: [{ node: 'a', rows }], features: ['cpu', 'memory'] });
    await done(folder, 'hide-labels', 'whole', '--output', 'copy', '--key', 'key.csv');
    const { split, warnings } = manifestOf(join(folder, 'copy'));
    expect(split.classBalance['test']).to.deep.equal({ unlabelled: 2 });
    expect(split.lacks?.map(({ part }) => part) ?? []).to.not.include('test');
    expect(warnings[0]).to.match(/^the labels of the rows of test and of the embargo are hidden/);
    expect(readFileSync(join(folder, 'copy', 'README.md'), 'utf8')).to.include('are hidden');
  });

  it('refuses what would publish or overwrite something, and leaves nothing behind', async () => {
    const folder = newFolder();
    const rows = [rowOf(['attack', 'test', 1], 0), rowOf(['quiet', 'train', 1], 1)];
    await makeDataset(join(folder, 'whole'), { nodes: [{ node: 'a', rows }], features: ['cpu', 'memory'] });
    await makeDataset(join(folder, 'untested'), {
      nodes: [{ node: 'a', rows: rows.slice(1) }],
      features: ['cpu'],
    });
    const asked = (place: string, output: string, key: string) =>
      refusal(folder, 'hide-labels', place, '--output', output, '--key', key);
    expect(await asked('whole', 'copy', 'copy/key.csv')).to.include('to be published');
    expect(await asked('whole', 'copy', './copy/../copy/deep/key.csv')).to.include('to be published');
    expect(await asked('untested', 'copy', 'key.csv')).to.include('no rows of the part test');
    expect(await asked('nothing', 'copy', 'key.csv')).to.include('holds no dataset');
    mkdirSync(join(folder, 'full'));
    writeFileSync(join(folder, 'full', 'notes.txt'), 'mine');
    expect(await asked('whole', 'full', 'key.csv')).to.include('holds notes.txt');
    expect(existsSync(join(folder, 'key.csv'))).to.equal(false);
    writeFileSync(join(folder, 'key.csv'), 'mine');
    expect(await asked('whole', 'copy', 'key.csv')).to.include('is there already');
    expect(readFileSync(join(folder, 'key.csv'), 'utf8')).to.equal('mine');
    expect(existsSync(join(folder, 'copy', 'manifest.json'))).to.equal(false);
    await done(folder, 'verify', 'whole');
  });
});
