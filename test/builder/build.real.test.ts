import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { exposedColumns } from '../../builder/config/schema.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import {
  AWAY_MS,
  DISK_BORN_MS,
  DOWN_MS,
  FLEET_END_MS,
  FLEET_START_MS,
  fleet,
  RESET_MS,
  SCRAPE_MS,
} from './support/fleet.ts';
import { referenceValue } from './support/reference.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const RELATIVE_ERROR = 1e-9;
const TIMES = { stepMs: SCRAPE_MS, freshnessMs: 1.5 * SCRAPE_MS, birthLookbackMs: 300_000 };

type Row = Record<string, unknown> & { readonly t: number; readonly node: string };

describe('builder build', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  const stored: readonly StoredSeries[] = fleet(1);
  let prometheus: RunningPrometheus;
  let dataset: string;
  let rows: Row[];

  function build(output: string, extra: readonly string[] = [], config: object = {}) {
    const file = join(folder, 'dataset.yaml');
    writeFileSync(
      file,
      JSON.stringify({ scrapeInterval: '15s', prometheus: { url: prometheus.url }, ...config }),
    );
    const range = ['--start', iso(FLEET_START_MS), '--end', iso(FLEET_END_MS)];
    return builder(['build', '--config', file, ...range, '--output', output, ...extra]);
  }

  before(async () => {
    folder = newFolder();
    dataset = join(folder, 'dataset');
    prometheus = await prometheusWith(join(folder, 'prometheus'), stored);
    const { code, stderr } = await build(dataset);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const select = `SELECT epoch_ms(timestamp)::DOUBLE AS t, * FROM ${tableExpression(dataset, 'parquet')} ORDER BY node, t`;
    rows = (await duckdb(select)) as Row[];
  });

  after(async () => {
    await prometheus?.stop();
  });

  it('gives every value that the definition of the grid gives', () => {
    const wrong = rows.flatMap((row) =>
      exposedColumns('node').flatMap((source) => {
        const wanted = referenceValue({ ...source, windowMs: SCRAPE_MS }, row.node, row.t, stored, TIMES);
        const got = row[source.column.name] as number | null;
        const same =
          wanted === undefined || got === null
            ? wanted === undefined && got === null
            : Math.abs(got - wanted) <= RELATIVE_ERROR * Math.abs(wanted);
        return same ? [] : [`${source.column.name} of ${row.node} at ${iso(row.t)}: ${got}, not ${wanted}`];
      }),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('has a row for each step at which a node was scraped, in vain too', () => {
    const present = (node: string, t: number) => rows.some((row) => row.node === node && row.t === t);
    const middle = (times: readonly [number, number]) => (times[0] + times[1]) / 2;
    expect(present('node-b', middle(DOWN_MS))).to.equal(true);
    expect(present('node-b', middle(AWAY_MS))).to.equal(false);
    expect(new Set(rows.map(({ node, t }) => `${node} ${t}`)).size).to.equal(rows.length);
    expect(manifestOf(dataset).gaps.map(({ node, kind }) => `${node} ${kind}`)).to.deep.equal([
      'node-b no_data',
      'node-a not_scraped',
      'node-b not_scraped',
    ]);
  });

  it('counts a disk from zero at its birth, and a reboot as an increase from zero', () => {
    const at = (ms: number) => rows.find(({ node, t }) => node === 'node-a' && t >= ms && t < ms + SCRAPE_MS);
    const first = stored.find(
      ({ labels }) =>
        labels['device'] === 'sdb' && labels['direction'] === 'write' && labels['node'] === 'node-a',
    )?.samples[0]?.[1] as number;
    const alone = stored.find(
      ({ labels }) =>
        labels['device'] === 'sda' && labels['direction'] === 'write' && labels['node'] === 'node-a',
    ) as StoredSeries;
    const index = alone.samples.findIndex(([ms]) => ms >= DISK_BORN_MS);
    const [from, to] = [alone.samples[index - 1]?.[1] as number, alone.samples[index]?.[1] as number];
    expect(at(DISK_BORN_MS + 1)?.['disk_write_bytes_per_second']).to.be.closeTo(
      (first + to - from) / 15,
      1e-9,
    );
    expect(at(RESET_MS + 1)?.['forks_per_second']).to.be.within(0, 100 / 15);
  });

  it('gives the same bytes twice, and replaces the same dataset only', async () => {
    const read = () => manifestOf(dataset).files.map(({ path }) => readFileSync(join(dataset, path)));
    const before = [...read(), readFileSync(join(dataset, 'manifest.json'))];
    expect((await build(dataset)).code).to.equal(0);
    expect([...read(), readFileSync(join(dataset, 'manifest.json'))]).to.deep.equal(before);

    const other = await build(dataset, ['--step', '30s']);
    expect(other.code).to.equal(2);
    expect(other.stderr).to.match(/^kubevigil-builder: .* already holds a different dataset .*\n$/);

    writeFileSync(join(dataset, 'notes.txt'), 'mine');
    const foreign = await build(dataset);
    expect(foreign.code).to.equal(2);
    expect(foreign.stderr).to.match(/^kubevigil-builder: .*notes\.txt.*\n$/);
  });

  it('gives the same rows however the range is cut', async () => {
    const middle = FLEET_START_MS + 4_000_000 - (4_000_000 % SCRAPE_MS);
    const halves = [
      [FLEET_START_MS, middle],
      [middle, FLEET_END_MS],
    ] as const;
    const features = exposedColumns('node')
      .map(({ column }) => column.name)
      .join(', ');
    const parts: unknown[] = [];
    for (const [start, end] of halves) {
      const output = join(folder, `half-${start}`);
      const { code } = await build(output, ['--start', iso(start), '--end', iso(end)]);
      expect(code).to.equal(0);
      parts.push(
        ...(await duckdb(`SELECT node, timestamp, ${features} FROM ${tableExpression(output, 'parquet')}`)),
      );
    }
    const key = (row: unknown) => {
      const { node, timestamp } = row as { node: string; timestamp: Date };
      return `${node} ${timestamp.toISOString()}`;
    };
    const sorted = (all: readonly unknown[]) => [...all].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    const whole = await duckdb(
      `SELECT node, timestamp, ${features} FROM ${tableExpression(dataset, 'parquet')}`,
    );
    expect(sorted(parts)).to.deep.equal(sorted(whole));
  });

  it('needs the scrape interval of targets that are scraped no more', async () => {
    const { code, stderr } = await build(join(folder, 'none'), [], { scrapeInterval: undefined });
    expect(code).to.equal(2);
    expect(stderr).to.match(/^kubevigil-builder: .*set scrapeInterval in the config\n$/);
  });

  it('names the label that tells the node, and what to do without it', async () => {
    const { code, stderr } = await build(join(folder, 'none'), [], { nodeLabel: 'host' });
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /^kubevigil-builder: series .* has no label "host": .*relabel_configs.*nodeLabel: instance.*\n$/,
    );
    const named = await build(join(folder, 'by-instance'), [], { nodeLabel: 'instance' });
    expect(named.code).to.equal(0);
    expect(manifestOf(join(folder, 'by-instance')).entities).to.deep.equal([
      { cluster: null, node: 'node-a:24924' },
      { cluster: null, node: 'node-b:24924' },
    ]);
  });
});
