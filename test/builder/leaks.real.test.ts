import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { make } from './support/make.ts';
import { balancedAccuracy, type Example, nearestCentroid, nearestNeighbour } from './support/models.ts';
import { randomFrom } from './support/random.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const START_MS = Date.UTC(2026, 2, 28);
const MINUTES = 1440;
const MINUTE_MS = 60_000;
const at = (minute: number) => START_MS + minute * MINUTE_MS;
const NODES = Array.from({ length: 8 }, (_, i) => `node-${i}`);
const COLUMNS = ['forks_per_second', 'memory_used_ratio', 'filesystem_used_ratio', 'cpu_pressure_ratio'];
/** Rows that belong together: neighbours in time are nearly the same row. */
const BLOCK = 10;
/** An episode leaves some of its block out, so that bounds between blocks cut none. */
const EPISODE = 6;
/** Where the parts begin that are not for training; each may move past an episode. */
const TRAIN_UNTIL = 900;
const TEST_FROM = 1100;
/** From here on all rows are test. */
const ALTERED_FROM = 1200;

interface Block {
  readonly node: string;
  readonly first: number;
}

/** Half of each node's blocks, in no relation to anything. */
function randomBlocks(seed: number): Block[] {
  const random = randomFrom(seed);
  return NODES.flatMap((node) =>
    Array.from({ length: MINUTES / BLOCK }, (_, i) => ({ node, first: i * BLOCK })).filter(
      () => random() < 0.5,
    ),
  );
}

function episodesFile(blocks: readonly Block[]): string {
  const lines = blocks.map(
    ({ node, first }, i) => `e${i},burst,${at(first)},${at(first + EPISODE)},${node},attack`,
  );
  return `episode,scenario,start,end,node,role\n${lines.join('\n')}\n`;
}

/** A walk that turns back at its bounds. */
function walk(random: () => number): number[] {
  let value = random();
  return Array.from({ length: MINUTES }, () => {
    value += 0.02 * (random() - 0.5);
    if (value < 0.05 || value > 0.95) value = 0.5;
    return value;
  });
}

/** Eight nodes over a day, which fork more during attacks; from a minute on everything is otherwise. */
function stored(attacks: readonly Block[], alteredFrom = Number.POSITIVE_INFINITY): StoredSeries[] {
  const random = randomFrom(7);
  return NODES.flatMap((node) => {
    const [forks, memory, disk, pressure] = [walk(random), walk(random), walk(random), walk(random)];
    const attacked = new Set(
      attacks
        .filter((block) => block.node === node)
        .flatMap(({ first }) => Array.from({ length: EPISODE }, (_, i) => first + i)),
    );
    const series = (name: string, own: Record<string, string>, valueAt: (minute: number) => number) => ({
      labels: { __name__: name, job: 'kubevigil', instance: `${node}:24924`, node, ...own },
      samples: Array.from(
        { length: MINUTES },
        (_, i) => [at(i) + 20_000, valueAt(i) * (i >= alteredFrom ? 3 : 1)] as const,
      ),
    });
    const total = (rates: readonly number[]) => {
      let sum = 0;
      return rates.map((rate) => {
        sum += rate;
        return sum;
      });
    };
    const forked = total(forks.map((rate, i) => 60 * rate * (attacked.has(i) ? 4 : 1)));
    const waited = total(pressure.map((share) => 60 * share));
    return [
      series('up', {}, () => 1),
      series('kubevigil_forks_total', {}, (i) => forked[i] ?? 0),
      series('kubevigil_pressure_waiting_seconds_total', { resource: 'cpu' }, (i) => waited[i] ?? 0),
      series('kubevigil_memory_bytes', { state: 'used' }, (i) => memory[i] ?? 0),
      series('kubevigil_memory_bytes', { state: 'available' }, (i) => 1 - (memory[i] ?? 0)),
      series('kubevigil_filesystem_used_ratio', { mountpoint: '/', resource: 'bytes' }, (i) => disk[i] ?? 0),
    ];
  });
}

const attacks = randomBlocks(1).filter((_, i) => i % 4 === 0);

describe('builder datasets leak nothing', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  let altered: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), stored(attacks));
    altered = await prometheusWith(join(folder, 'other prometheus'), stored(attacks, ALTERED_FROM));
    writeFileSync(join(folder, 'attacks.csv'), episodesFile(attacks));
    writeFileSync(join(folder, 'chance.csv'), episodesFile(randomBlocks(2)));
  });

  after(async () => {
    await prometheus?.stop();
    await altered?.stop();
  });

  const byTime = {
    by: 'time',
    bounds: [TRAIN_UNTIL, TEST_FROM].map((minute) => new Date(at(minute)).toISOString()),
  };

  async function build(output: string, labels: string, split: object, server = prometheus): Promise<string> {
    const config = {
      prometheus: { url: server.url },
      ...{ scrapeInterval: '1m', step: '1m', start: at(0) / 1000, end: at(MINUTES) / 1000 },
      columns: COLUMNS,
      labels: [{ episodes: labels }],
      split,
    };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(config));
    await make('build', { folder, output });
    return join(folder, output);
  }

  /** The rows by their part, standardised by what the manifest says of the training rows. */
  async function examplesOf(dataset: string): Promise<(Example & { readonly part: string })[]> {
    const { statistics } = manifestOf(dataset);
    const rows = await duckdb(
      `SELECT ${COLUMNS.join(', ')}, anomaly, split FROM ${tableExpression(dataset, 'parquet')}
       WHERE ${COLUMNS.map((name) => `${name} IS NOT NULL`).join(' AND ')} ORDER BY node, timestamp`,
    );
    return rows.map((row) => ({
      features: COLUMNS.map((name) => {
        const { mean, std } = statistics[name] ?? {};
        return (Number(row[name]) - (mean ?? 0)) / (std ?? 1);
      }),
      attack: row['anomaly'] === 1,
      part: String(row['split']),
    }));
  }

  const partOf = (examples: readonly (Example & { part: string })[], part: string) =>
    examples.filter((example) => example.part === part);

  for (const [what, split] of [
    ['time', byTime],
    ['node', { by: 'node', fractions: [0.6, 0.1, 0.3] }],
  ] as const) {
    it(`split by ${what}: attacks that show are learnt, labels at random are not`, async () => {
      const real = await examplesOf(await build(`attacks by ${what}`, 'attacks.csv', split));
      const learnt = balancedAccuracy(nearestCentroid(partOf(real, 'train')), partOf(real, 'test'));
      expect(learnt).to.be.greaterThan(0.8);

      const chance = await examplesOf(await build(`chance by ${what}`, 'chance.csv', split));
      const [train, test] = [partOf(chance, 'train'), partOf(chance, 'test')];
      expect(balancedAccuracy(nearestNeighbour(train), test)).to.be.within(0.42, 0.58);
      expect(balancedAccuracy(nearestCentroid(train), test)).to.be.within(0.42, 0.58);

      // What the split guards against: of rows dealt out one by one, each finds its neighbours in the other part.
      const random = randomFrom(3);
      const dealt = chance.map((example) => ({ example, isTest: random() < 0.2 }));
      const fold = (isTest: boolean) =>
        dealt.filter((each) => each.isTest === isTest).map(({ example }) => example);
      expect(balancedAccuracy(nearestNeighbour(fold(false)), fold(true))).to.be.greaterThan(0.7);
    });
  }

  it('says of the training rows the same whatever the test rows are', async () => {
    const [one, other] = [
      await build('as it was', 'attacks.csv', byTime),
      await build('altered', 'attacks.csv', byTime, altered),
    ];
    expect(manifestOf(other).statistics).to.deep.equal(manifestOf(one).statistics);
    expect(manifestOf(other).leakingColumns).to.deep.equal(manifestOf(one).leakingColumns);
    const differing = await duckdb(
      `SELECT a.split, count(*)::INTEGER AS rows FROM ${tableExpression(one, 'parquet')} a
       JOIN ${tableExpression(other, 'parquet')} b USING (node, timestamp)
       WHERE ${COLUMNS.map((name) => `a.${name} IS DISTINCT FROM b.${name}`).join(' OR ')} GROUP BY ALL`,
    );
    expect(differing.map(({ split }) => split)).to.deep.equal(['test']);
    expect(Number(differing[0]?.['rows'])).to.be.greaterThan(1000);
  });
});
