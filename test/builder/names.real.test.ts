import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { rowsOf } from '../../builder/stream/rows.ts';
import { recordOf } from '../../common/records.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder, builderProgram } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const START_MS = Date.UTC(2026, 2, 29, 23, 50);
const SCRAPE_MS = 15_000;
const SAMPLES = 80;
const END_MS = START_MS + (SAMPLES - 1) * SCRAPE_MS;
/** Names that every plain object has, or takes for its prototype. */
const NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf', '__defineGetter__'];

function seriesOf(labels: readonly (readonly [string, string])[], value: number): StoredSeries {
  const samples = Array.from(
    { length: SAMPLES },
    (_, i) => [START_MS + i * SCRAPE_MS, value + (i % 7)] as const,
  );
  return { labels: recordOf(labels), samples };
}

describe('builder with names that objects have by themselves', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    const series = NAMES.flatMap((node, i) => {
      const where = [
        ['job', '__proto__'],
        ['constructor', node],
        ['instance', `${node}:1`],
      ] as const;
      return [
        seriesOf([['__name__', 'up'], ...where], 1),
        seriesOf([['__name__', 'kubevigil_memory_bytes'], ['state', 'used'], ...where], 10 * i + 10),
        seriesOf([['__name__', 'kubevigil_memory_bytes'], ['state', 'available'], ...where], 100),
        seriesOf([['__name__', 'any'], ...where, ['toString', 'x']], i),
      ];
    });
    prometheus = await prometheusWith(join(folder, 'prometheus'), series);
    const lines = NAMES.map((name, i) => {
      const startMs = START_MS + 60_000 * (2 + i);
      return [name, name, startMs, startMs + 60_000, name, NAMES.at(-1 - i), name].join(',');
    });
    writeFileSync(join(folder, 'e.csv'), `episode,scenario,start,end,node,role,run\n${lines.join('\n')}\n`);
    const columns = ['constructor', '__proto__', 'toString'].map(
      (name) => `{name: ${name}, promql: any, unit: constructor, window: 5m}`,
    );
    // No series has the label of clusters, and the prototype of an object is none.
    writeFileSync(
      join(folder, 'd.yaml'),
      `scrapeInterval: 15s\nnodeLabel: constructor\nclusterLabel: __proto__\nreplicaLabel: valueOf\nlabels: [{episodes: e.csv}]\nsplit: {by: time, bounds: ["2026-03-29T23:58:00Z", "2026-03-30T00:04:00Z"], embargo: 0s}\ncolumns: [memory_used_ratio, ${columns.join(', ')}]\n`,
    );
  });

  after(() => prometheus.stop());

  async function run(command: string, output: string, more: readonly string[] = [], endMs = END_MS) {
    const range = ['--start', String(START_MS / 1000), '--end', String(endMs / 1000)];
    const args = ['--config', join(folder, 'd.yaml'), '--prometheus', prometheus.url, '--output', output];
    const result = await builder([command, ...args, ...range, ...more]);
    expect({ code: result.code, stderr: result.stderr }).to.deep.equal({ code: 0, stderr: '' });
    return result.stdout;
  }

  /** Rows by label, from the files themselves. */
  async function counted(output: string, format: 'csv' | 'parquet') {
    const rows = await duckdb(
      `SELECT label, count(*)::INT AS rows FROM ${tableExpression(output, format)} GROUP BY label ORDER BY label`,
    );
    return rows.map(({ label, rows: count }) => [label, count]);
  }

  for (const [format, reading] of [
    ['csv', 'query'],
    ['parquet', 'remote-read'],
  ] as const) {
    it(`counts, verifies and draws every one (${format}, ${reading})`, async () => {
      const output = join(folder, format);
      const config = readFileSync(join(folder, 'd.yaml'), 'utf8');
      writeFileSync(join(folder, 'd.yaml'), config.replace(/^(reading: .*\n)?/, `reading: ${reading}\n`));
      const stdout = await run('build', output, ['--format', format]);
      expect(await builder(['verify', output])).to.include({ code: 0, stderr: '' });
      expect(await builder(['report', output])).to.include({ code: 0, stderr: '' });
      const manifest = manifestOf(output);
      expect(manifest.entities.map(({ cluster, node }) => [cluster, node])).to.have.deep.members(
        NAMES.map((node) => [null, node]),
      );
      expect(Object.entries(manifest.classBalance)).to.have.deep.members(await counted(output, format));
      expect(Object.keys(manifest.classBalance)).to.have.members([...NAMES, 'normal']);
      expect(Object.keys(manifest.statistics)).to.deep.equal([
        'memory_used_ratio',
        'constructor',
        '__proto__',
        'toString',
      ]);
      for (const { name, nulls } of manifest.columns) expect(nulls, name).to.be.a('number');
      const report = readFileSync(join(output, 'report.html'), 'utf8');
      for (const name of NAMES) {
        expect(stdout).to.match(new RegExp(`\\b${name} \\d+ \\(`));
        expect(report).to.contain(name);
        expect(readFileSync(join(output, 'README.md'), 'utf8')).to.contain(name.replaceAll('_', '\\_'));
      }
      expect(report).not.to.contain('native code');
    });
  }

  it('is the same by updates, and of shards', async () => {
    const whole = manifestOf(join(folder, 'parquet'));
    const [updated, merged] = [join(folder, 'updated'), join(folder, 'merged')];
    await run('build', join(folder, 'whole'));
    await run('update', updated, [], START_MS + 300_000);
    await run('update', updated);
    await run('build', merged, ['--shard', '0/2']);
    await run('build', merged, ['--shard', '1/2']);
    expect(await builderProgram(['merge', merged])).to.include({ code: 0, stderr: '' });
    for (const output of [updated, merged]) {
      const { rowsDigest, classBalance, statistics } = manifestOf(output);
      expect(rowsDigest).to.equal(whole.rowsDigest);
      expect(JSON.stringify([classBalance, statistics])).to.equal(
        JSON.stringify([whole.classBalance, whole.statistics]),
      );
      expect(await builder(['verify', output])).to.include({ code: 0, stderr: '' });
    }
  });

  it('tells rows of a stream with every column', () => {
    const columns = NAMES.map((name, i) => ({ name, type: 'double' as const, values: Float64Array.of(i) }));
    const [row] = rowsOf({ rows: 1, columns });
    expect(JSON.stringify(row)).to.equal(
      `{${NAMES.map((name, i) => `${JSON.stringify(name)}:${i}`).join(',')}}`,
    );
  });
});
