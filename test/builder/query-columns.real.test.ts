import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { AWAY_MS, FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { prometheusWith } from './support/tsdb.ts';

const MINUTE_MS = 60_000;

describe('builder columns from PromQL', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(3));
  });

  after(() => prometheus.stop());

  async function build(
    name: string,
    columns: string,
    more: readonly string[] = [],
    config = 'scrapeInterval: 15s',
  ) {
    const output = join(folder, name);
    mkdirSync(output);
    writeFileSync(`${output}.yaml`, `${config}\ncolumns:\n${columns}\n`);
    const range = ['--start', String(FLEET_START_MS / 1000), '--end', String(FLEET_END_MS / 1000)];
    const args = ['--config', `${output}.yaml`, '--prometheus', prometheus.url, '--output', output];
    return { ...(await builder(['build', ...args, ...range, ...more])), output };
  }

  it('are what a range query gives at each step, beside columns of the catalogue', async () => {
    const { code, stderr, output } = await build(
      'two',
      `  - {name: busy, promql: 'sum by (node) (rate(kubevigil_cpu_seconds_total{mode!~"idle|iowait"}[1m]))', unit: cores, help: Busy cores.}
  - cpu_busy_ratio
  - {name: used, promql: 'kubevigil_memory_bytes{state="used"}'}`,
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const manifest = manifestOf(output);
    expect(manifest.columns.slice(3, 6).map(({ name }) => name)).to.deep.equal([
      'cpu_busy_ratio',
      'busy',
      'used',
    ]);
    expect(manifest.columns[4]).to.include({ unit: 'cores', help: 'Busy cores.', window: '1m' });
    expect(manifest.columns[4]?.source).to.contain('lookback');
    // A selector without a range goes on for the lookback.
    expect(manifest.columns[5]).to.include({ window: '5m' });
    expect(manifest).to.include({ window: '5m' });
    const rows = await duckdb(
      `SELECT timestamp, busy, used FROM ${tableExpression(output, 'parquet')} WHERE node = 'node-a' ORDER BY timestamp`,
    );
    const expressions = {
      busy: 'sum(rate(kubevigil_cpu_seconds_total{node="node-a",mode!~"idle|iowait"}[1m]))',
      used: 'kubevigil_memory_bytes{node="node-a",state="used"}',
    };
    for (const [name, query] of Object.entries(expressions)) {
      for (const row of rows.filter((_, i) => i % 37 === 0)) {
        const time = String((row['timestamp'] as Date).getTime() / 1000);
        const url = `${prometheus.url}/api/v1/query?${new URLSearchParams({ query, time })}`;
        const answer = (await (await fetch(url)).json()) as {
          data: { result: { value: [number, string] }[] };
        };
        expect(row[name], `${name} at ${time}`).to.equal(
          answer.data.result[0] === undefined ? null : Number(answer.data.result[0].value[1]),
        );
      }
    }
    // While Prometheus was away the lookback still has values, but nobody scraped: there are no rows.
    const away = rows.filter((row) => {
      const ms = (row['timestamp'] as Date).getTime();
      return ms > AWAY_MS[0] + MINUTE_MS && ms < AWAY_MS[1];
    });
    expect(away).to.deep.equal([]);
  });

  it('asks in pieces for more points than one answer can have', async () => {
    // 2 h at 500 ms are 14,400.
    const { code, stderr, output } = await build(
      'many',
      `  - {name: used, promql: 'kubevigil_memory_bytes{state="used"}'}`,
      ['--step', '500ms'],
      'scrapeInterval: 500ms',
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const [counted] = await duckdb(
      `SELECT count(DISTINCT timestamp) AS times, count(*) AS rows FROM ${tableExpression(output, 'parquet')} WHERE node = 'node-a'`,
    );
    expect(counted?.['times']).to.equal(counted?.['rows']);
    expect(manifestOf(output).rows).to.be.greaterThan(0);
  });

  const refusals: [string, string, string][] = [
    ['a look ahead', `  - {name: x, promql: 'up offset -5m'}`, 'columns.0.promql: may not look ahead'],
    ['a look at the end', `  - {name: x, promql: 'up @ end()'}`, 'columns.0.promql: may not look ahead'],
    [
      'a name of the catalogue',
      '  - {name: cpu_busy_ratio, promql: up}',
      'columns.0.name: is the name of a column of',
    ],
    [
      'a name that every dataset has',
      '  - {name: label, promql: up}',
      'columns.0.name: is the name of a column that',
    ],
    ['no node', '  - {name: x, promql: sum(up)}', 'which has no label node: aggregate by (node)'],
    [
      'several for a node',
      '  - {name: x, promql: kubevigil_memory_bytes}',
      'one of several for a node: aggregate',
    ],
    ['no PromQL', `  - {name: x, promql: 'sum('}`, 'columns.0.promql: cannot be read as PromQL at its end'],
    ['what the server does not take', `  - {name: x, promql: 'rate(up)'}`, 'refuses a query (400, bad_data'],
    [
      'a window that is shorter than the expression looks back',
      `  - {name: x, promql: 'max_over_time(up[5m] offset 5m)', window: 5m}`,
      'window 5m of x is shorter than the 10m',
    ],
    ['an unknown key', '  - {name: x, promql: up, size: 2}', 'there is no key "size"'],
  ];
  for (const [name, columns, message] of refusals) {
    it(`refuses ${name}`, async () => {
      const { code, stderr } = await build(`refused ${name}`, columns);
      expect(stderr).to.contain(message);
      expect({ code, lines: stderr.trim().split('\n').length }).to.deep.equal({ code: 2, lines: 1 });
    });
  }
});
