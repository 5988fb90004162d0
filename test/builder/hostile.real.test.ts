import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { describeError } from '../../common/cli.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { bytesOf } from './support/folders.ts';
import { attack } from './support/hostile-folders.ts';
import { make } from './support/make.ts';
import { randomFrom } from './support/random.ts';
import { prometheusWith } from './support/tsdb.ts';

const MAIN = join(ROOT, 'dist', 'test', 'builder', 'support', 'hostile-main.js');
/** The first of them hold every kind of attack; KUBEVIGIL_HOSTILE_FOLDERS=200 tries more of each. */
const FOLDERS = Number(process.env['KUBEVIGIL_HOSTILE_FOLDERS'] ?? 42);
const BASES = ['csv', 'parquet', 'shards'] as const;
/** What a run on these small datasets takes, a few times over. */
const MOST_BYTES = 900 * 2 ** 20;
/** Nothing comes from a command that waits for ever; no run takes so long on any machine. */
const HANGS_MS = 120_000;

interface Told {
  readonly folder: string;
  readonly command: string;
  readonly lines?: readonly string[];
  readonly unexpected?: string;
  readonly maxRssBytes?: number;
}

/** Runs all commands on the folders, and gives how each ended; kills a process that stands still, and says where. */
async function run(base: string, what: ReadonlyMap<string, string>): Promise<Told[]> {
  const args = ['--max-old-space-size=400', MAIN, base, ...what.keys()];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: Told[] = [];
  let watch: NodeJS.Timeout | undefined;
  const stillness = () => {
    clearTimeout(watch);
    watch = setTimeout(() => child.kill('SIGKILL'), HANGS_MS);
  };
  stillness();
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(JSON.parse(line));
    stillness();
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(watch);
  const last = told.at(-1);
  expect({ code, signal }, `at ${last?.command} ${what.get(last?.folder ?? '')}`).to.deep.equal({
    code: 0,
    signal: null,
  });
  return told;
}

describe('builder on folders that others made', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(4));
    const config = (endMs: number) =>
      [
        'scrapeInterval: 15s',
        'columns: [cpu_busy_ratio, forks_per_second]',
        `prometheus: {url: '${prometheus.url}'}`,
        `start: ${FLEET_START_MS / 1000}`,
        `end: ${endMs / 1000}`,
      ].join('\n');
    writeFileSync(join(folder, 'dataset.yaml'), config(FLEET_END_MS - 1_800_000));
    writeFileSync(join(folder, 'later.yaml'), config(FLEET_END_MS));
    for (const index of [0, 1]) await make('build', { folder, output: 'shards', shard: { index, count: 2 } });
    await make('build', { folder, output: 'parquet' });
    const csv = `${config(FLEET_END_MS - 1_800_000)}\nformat: csv`;
    mkdirSync(join(folder, 'as csv'));
    writeFileSync(join(folder, 'as csv', 'dataset.yaml'), csv);
    await make('build', { folder: join(folder, 'as csv'), output: '../csv' });
  });

  after(() => prometheus?.stop());

  /** A folder of its own for each, with something beside it that must not be touched. */
  function hostile(seed: number): { place: string; what: string } {
    const random = randomFrom(1000 + seed);
    const base = BASES[Math.floor(random() * BASES.length)] ?? 'csv';
    const place = join(folder, `hostile ${seed}`, base);
    const victim = join(place, 'victim');
    mkdirSync(join(victim, 'data', 'date=2026-03-28'), { recursive: true });
    for (const file of [
      'keep.txt',
      'data/date=2026-03-28/part-0.csv',
      'data/date=2026-03-28/.part-0.csv.tmp',
    ])
      writeFileSync(join(victim, file), 'precious\n');
    cpSync(join(folder, 'csv', 'manifest.json'), join(victim, 'own.json'));
    const dataset = join(place, 'dataset');
    cpSync(join(folder, base), dataset, { recursive: true });
    return { place, what: `${seed}, ${base}: ${attack(dataset, seed, random)}` };
  }

  it(`say one line each, end, and touch nothing outside of ${FOLDERS} of them`, async () => {
    const made = Array.from({ length: FOLDERS }, (_, seed) => hostile(seed));
    const what = new Map(made.map((each) => [join(each.place, 'dataset'), each.what]));
    const victims = made.map(({ place }) => bytesOf(join(place, 'victim')));
    const told = await run(folder, what);
    for (const { folder: dataset, command, lines = [], unexpected } of told) {
      const where = `${command} ${what.get(dataset)}`;
      expect(unexpected, where).to.equal(undefined);
      for (const line of lines) {
        const shown = describeError('kubevigil-builder', new Error(line), false);
        expect(shown, where).to.match(/^kubevigil-builder: [^\p{Cc}]{3,}\n$/u);
        expect(shown.length, where).to.be.below(1500);
      }
    }
    expect(told.filter(({ lines }) => lines !== undefined)).to.have.length(5 * FOLDERS);
    for (const [i, { place, what: done }] of made.entries())
      expect(bytesOf(join(place, 'victim')), done).to.deep.equal(victims[i]);
    const { maxRssBytes = Number.POSITIVE_INFINITY } = told.at(-1) ?? {};
    expect(maxRssBytes).to.be.below(MOST_BYTES);
  });
});
