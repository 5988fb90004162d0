import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { loadConfig } from '../../builder/config/load.ts';
import { freePort } from '../../tools/programs/ports.ts';
import { startPrometheus } from '../../tools/programs/prometheus.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { ROOT } from '../support/paths.ts';
import { program } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';

const SPECS = join(ROOT, 'builder', 'specs');
const ARTICLE_COLUMNS = 24;

describe('builder specs', () => {
  const newFolder = temporaryFolder();

  it('have all columns of Kubevigil', () => {
    const config = loadConfig({ config: join(SPECS, 'kubevigil.yaml') });
    expect(config).to.include({ entity: 'node' });
    expect(config.columns).to.equal(undefined);
    expect(readFileSync(join(ROOT, 'package.json'), 'utf8')).to.contain('"builder/specs"');
  });

  it("have the article's 24 columns, from a real node_exporter", async () => {
    const folder = newFolder();
    const address = `127.0.0.1:${await freePort()}`;
    const file = await program('prometheus-node-exporter');
    const exporter = spawn(file, [`--web.listen-address=${address}`, '--collector.tcpstat'], {
      stdio: 'ignore',
    });
    const ended = once(exporter, 'close');
    try {
      const prometheus = await startPrometheus(join(folder, 'prometheus'), {
        global: { scrape_interval: '1s', scrape_timeout: '900ms' },
        scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [address] }] }],
      });
      try {
        const ask = async (query: string, time?: number) => {
          const parameters = new URLSearchParams({
            query,
            ...(time !== undefined && { time: String(time) }),
          });
          const answer = await fetch(`${prometheus.url}/api/v1/query?${parameters}`);
          const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
          return data.result.map(({ value }) => Number(value[1]));
        };
        await waitFor('some scrapes', async () => {
          const [scrapes = 0] = await ask('count_over_time(node_load1[1m])');
          return scrapes >= 5;
        });
        // The delay after which a step is closed.
        await sleep(1_500);
        const config = join(SPECS, 'article-2023.yaml');
        const output = join(folder, 'dataset');
        const args = ['--config', config, '--prometheus', prometheus.url, '--output', output];
        // Newer servers remark that two of the article's counters are not named like counters.
        const range = ['--last', '1m', '--end', 'now', '--step', '1s', '--log.level', 'warn'];
        const built = await builder(['build', ...args, ...range]);
        expect(built).to.include({ code: 0, stderr: '' });
        const features = manifestOf(output).columns.filter(({ type }) => type === 'double');
        expect(features).to.have.length(ARTICLE_COLUMNS);
        expect(manifestOf(output).entities).to.deep.equal([{ cluster: null, node: address }]);
        const rows = await duckdb(`SELECT * FROM ${tableExpression(output, 'parquet')} ORDER BY timestamp`);
        const last = rows.at(-1) ?? {};
        const seconds = (last['timestamp'] as Date).getTime() / 1000;
        for (const { name, promql } of features) {
          const [value = null] = await ask(promql ?? '', seconds);
          expect(last[name], name).to.equal(value);
        }
        // What every Linux has, also where there is no disk or no network to be seen.
        for (const name of [
          'cpu_sec_idle',
          'mem_av_per',
          'forks_total',
          'load1',
          'tcp_sock_inuse',
          'lis_conn',
          'open_fds',
        ])
          expect(last[name], name).to.be.a('number');
      } finally {
        await prometheus.stop();
      }
    } finally {
      exporter.kill('SIGTERM');
      await ended;
    }
  });
});
