import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { claimsOf } from '../../builder/stages/manifest.ts';
import { manifestSchema } from '../../dataset/model/manifest.ts';
import { tableOf } from '../../dataset/model/table.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import { Moments } from '../../dataset/summary/moments.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const START_MS = Date.UTC(2026, 2, 29, 23, 50);
const SCRAPE_MS = 15_000;
const SAMPLES = 80;
const NODES = 12;
const { MAX_VALUE, POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;

const EXTREMES = [
  MAX_VALUE,
  -MAX_VALUE,
  POSITIVE_INFINITY,
  NEGATIVE_INFINITY,
  Number.NaN,
  -0,
  0,
  5e-324,
  1e300,
  -1e300,
  1,
];
/** Any double, the extreme ones often. */
const double = fc.oneof(fc.constantFrom(...EXTREMES), fc.double());

function times(): number[] {
  return Array.from({ length: SAMPLES }, (_, i) => START_MS + i * SCRAPE_MS);
}

function seriesOf(labels: Record<string, string>, values: readonly number[]): StoredSeries {
  return { labels: { job: 'kubevigil', ...labels }, samples: times().map((ms, i) => [ms, values[i] ?? 0]) };
}

describe('builder with any value that a server can have', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  /** What every node's gauges were. */
  const told = new Map<string, { used: readonly number[]; available: readonly number[] }>();

  before(async () => {
    folder = newFolder();
    const columns = fc.sample(fc.array(double, { minLength: SAMPLES, maxLength: SAMPLES }), 6 * NODES);
    const next = () => columns.pop() ?? [];
    const series = Array.from({ length: NODES }, (_, i) => `n${i}`).flatMap((node) => {
      const where = { node, instance: `${node}:24924` };
      const [used, available] = [next(), next()];
      told.set(node, { used, available });
      return [
        seriesOf({ __name__: 'up', ...where }, new Array(SAMPLES).fill(1)),
        seriesOf({ __name__: 'kubevigil_memory_bytes', state: 'used', ...where }, used),
        seriesOf({ __name__: 'kubevigil_memory_bytes', state: 'available', ...where }, available),
        seriesOf({ __name__: 'kubevigil_forks_total', ...where }, next()),
        seriesOf(
          { __name__: 'kubevigil_disk_bytes_total', device: 'a', direction: 'write', ...where },
          next(),
        ),
        seriesOf(
          { __name__: 'kubevigil_disk_bytes_total', device: 'b', direction: 'write', ...where },
          next(),
        ),
        seriesOf({ __name__: 'any', ...where }, next()),
      ];
    });
    prometheus = await prometheusWith(join(folder, 'prometheus'), series);
    const episodes = [...told.keys()].map(
      (node, i) => `e${i},burn,${START_MS + 60_000 * i},${START_MS + 60_000 * (i + 4)},${node}`,
    );
    writeFileSync(join(folder, 'e.csv'), `episode,scenario,start,end,node\n${episodes.join('\n')}\n`);
    writeFileSync(
      join(folder, 'd.yaml'),
      'scrapeInterval: 15s\nlabels: [{episodes: e.csv}]\ncolumns: [memory_used_ratio, forks_per_second, disk_write_bytes_per_second, {name: any, promql: any}, {name: twice, promql: any * 2}]\n',
    );
  });

  after(() => prometheus.stop());

  async function run(command: string, output: string, end: number, more: readonly string[] = []) {
    const range = ['--start', String(START_MS / 1000), '--end', String(end / 1000)];
    const args = ['--config', join(folder, 'd.yaml'), '--prometheus', prometheus.url, '--output', output];
    const result = await builder([command, ...args, ...range, ...more]);
    expect({ code: result.code, stderr: result.stderr }).to.deep.equal({ code: 0, stderr: '' });
    return result;
  }

  const endMs = START_MS + (SAMPLES - 1) * SCRAPE_MS;

  for (const format of ['csv', 'parquet'] as const) {
    it(`builds, verifies and draws what it has as ${format}`, async () => {
      const output = join(folder, format);
      const { stdout } = await run('build', output, endMs, ['--format', format]);
      expect(await builder(['verify', output])).to.include({ code: 0, stderr: '' });
      expect(await builder(['report', output])).to.include({ code: 0, stderr: '' });
      expect(readFileSync(join(output, 'report.html'), 'utf8')).not.to.match(/NaN|Infinity/);
      const { columns, files, warnings } = manifestOf(output);
      for (const { name } of columns.filter(({ name }) => ['memory_used_ratio', 'any'].includes(name))) {
        const count = files.reduce((sum, { infinite }) => sum + (infinite?.[name] ?? 0), 0);
        const notes = warnings.filter((text) =>
          text.startsWith(`column ${name}: ${count} values that were infinite`),
        );
        expect(notes, name).to.have.length(1);
        expect(stdout).to.contain(notes[0]);
      }
    });
  }

  it('has the values as they were, what is infinite null', async () => {
    const output = join(folder, 'values');
    await run('build', output, endMs);
    const rows = await duckdb(
      `SELECT node, epoch_ms(timestamp) AS ms, memory_used_ratio AS ratio FROM ${tableExpression(output, 'parquet')} ORDER BY node, ms`,
    );
    expect(rows.length).to.be.greaterThan(NODES * (SAMPLES - 3));
    for (const { node, ms, ratio } of rows) {
      const at = (Number(ms) - START_MS) / SCRAPE_MS;
      const { used, available } = told.get(String(node)) ?? { used: [], available: [] };
      const [one, other] = [used[at] as number, available[at] as number];
      // A NaN is no value, and does not count in a sum.
      const whole = [one, other]
        .filter((value) => !Number.isNaN(value))
        .reduce((sum, value) => sum + value, 0);
      const wanted = Number.isFinite(one) && Number.isFinite(whole) && whole !== 0 ? one / whole : Number.NaN;
      expect(ratio, `${node} ${at}: ${one} of ${other}`).to.equal(
        Number.isFinite(wanted) ? wanted + 0 : null,
      );
    }
  });

  it('is the same by updates as at once, the counts of infinities too', async () => {
    const output = join(folder, 'updated');
    for (const part of [0.2, 0.5, 1])
      await run('update', output, START_MS + Math.floor((SAMPLES - 1) * part) * SCRAPE_MS);
    const [updated, once] = [manifestOf(output), manifestOf(join(folder, 'values'))];
    expect(updated.files.map(({ infinite }) => infinite)).to.deep.equal(
      once.files.map(({ infinite }) => infinite),
    );
    expect(updated.warnings).to.deep.equal(once.warnings);
    expect(updated.rowsDigest).to.equal(once.rowsDigest);
  });

  it('keeps account of any finite values', () => {
    const finite = fc.oneof(
      fc.constantFrom(...EXTREMES.filter(Number.isFinite)),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constant(Number.NaN),
    );
    const column = { name: 'x', help: '' };
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, fc.boolean()), { minLength: 1, maxLength: 60 }), (values) => {
        const accounts = new Accounts(SCRAPE_MS);
        accounts.add(
          tableOf(
            {
              cluster: '',
              node: 'a',
              timesMs: Float64Array.from(values, (_, i) => i * SCRAPE_MS),
              features: [Float64Array.from(values, ([value]) => value + 0)],
              labels: values.map(([, attack]) => ({
                label: attack ? 'burn' : 'normal',
                anomaly: attack ? 1 : 0,
                episode: null,
                role: null,
                phase: attack ? 'attack' : 'normal',
                run: null,
              })),
              splits: values.map(() => 'train' as const),
            },
            [{ column, promql: 'x', windowMs: 1 }],
          ),
        );
        const claims = claimsOf(accounts.result());
        expect(manifestSchema.shape.statistics.parse(claims.statistics)).to.deep.equal(claims.statistics);
        expect(JSON.stringify(claims)).not.to.match(/NaN|Infinity/);
      }),
    );
  });

  it('gives a mean and a deviation wherever sums of the values are doubles', () => {
    const moments = new Moments();
    moments.add(Float64Array.of(1e150, -1e150, 0), Uint8Array.of(1, 1, 1));
    expect(moments.result().std).to.be.closeTo(1e150 * Math.sqrt(2 / 3), 1e136);
    const beyond = new Moments();
    beyond.add(Float64Array.of(MAX_VALUE, -MAX_VALUE), Uint8Array.of(1, 1));
    expect(beyond.result()).to.include({ count: 2, mean: null, std: null, min: -MAX_VALUE, max: MAX_VALUE });
  });
});
