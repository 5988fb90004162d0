import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { stringify } from 'yaml';
import { type Child, startChild, waitForChild } from '../../../tools/programs/child.ts';
import { freePort } from '../../../tools/programs/ports.ts';
import { answers } from '../../../tools/programs/prometheus.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { program } from '../../support/programs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { serverThat } from '../support/server.ts';
import { coveredSteps } from './support/coverage.ts';
import { type StreamProcess, startStreamProcess } from './support/programs.ts';
import { open, readNdjson, type SeenRecord } from './support/reader.ts';

const STEP_MS = 1_000;

describe('builder stream: Prometheus is killed and comes back', () => {
  const newFolder = temporaryFolder();
  const stops: (() => unknown)[] = [];

  after(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  it('tells of every step, by rows or by gaps, and says at once that it waits', async () => {
    const folder = newFolder();
    let forks = 0;
    const target = await serverThat((_, response) => {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end(`# TYPE kubevigil_forks_total counter\nkubevigil_forks_total ${forks++}\n`);
    });
    stops.push(() => target.close());
    const port = await freePort();
    const config = join(folder, 'prometheus.yml');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      config,
      stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [
          {
            job_name: 'kubevigil',
            static_configs: [{ targets: [new URL(target.url).host], labels: { node: 'n' } }],
          },
        ],
      }),
    );
    const file = await program('prometheus');
    const url = `http://127.0.0.1:${port}`;
    async function start(): Promise<Child> {
      const flags = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`];
      const child = startChild(
        file,
        [...flags, `--web.listen-address=127.0.0.1:${port}`],
        join(folder, 'log'),
      );
      stops.push(() => child.stop());
      await waitForChild(child, 'Prometheus', (signal) => answers(`${url}/-/ready`, signal));
      return child;
    }

    const first = await start();
    const stored = `${url}/api/v1/query?query=count_over_time(kubevigil_forks_total[1m])>5`;
    await waitFor('some samples', async (signal) =>
      (await (await fetch(stored, { signal })).text()).includes('"value"'),
    );
    writeFileSync(join(folder, 'dataset.yaml'), stringify({ step: '1s', columns: ['forks_per_second'] }));
    const args = ['--config', join(folder, 'dataset.yaml'), '--prometheus', url, '--from', '3s'];
    const stream: StreamProcess = await startStreamProcess(args);
    stops.push(() => stream.stop());

    const records: SeenRecord[] = [];
    let back = Number.POSITIVE_INFINITY;
    const rate = ({ row }: SeenRecord) => (row as { forks_per_second: number | null }).forks_per_second;
    const reading = readNdjson(`${stream.url}/stream?from=3s`, {
      until: (record) => {
        records.push(record);
        return (
          record.type === 'row' &&
          Date.parse(String((record['row'] as { timestamp: string }).timestamp)) > back &&
          rate(record) !== null
        );
      },
    });
    await waitFor('rows', () => records.filter(({ type }) => type === 'row').length >= 3);
    first.process.kill('SIGKILL');
    await waitFor('word of it', () => records.some(({ type }) => type === 'late'));
    expect((await fetch(`${stream.url}/-/ready`)).status).to.equal(503);
    await start();
    back = Date.now();
    await reading;

    const steps = coveredSteps(records, STEP_MS);
    expect(steps.at(-1)).to.be.greaterThan(back - 2 * STEP_MS);
    expect(records.filter(({ type }) => type === 'gap').map(({ reason }) => reason)).to.include('no_samples');
    const rows = records.filter(({ type }) => type === 'row');
    expect(new Set(rows.map(({ row }) => (row as { timestamp: string }).timestamp)).size).to.equal(
      rows.length,
    );
    expect(stream.log()).to.contain('rows are late no more');

    // A build after the fact, on what Prometheus holds now, gives the rows that went out live.
    const iso = (ms: number) => new Date(ms).toISOString();
    const span = ['--start', iso((steps[0] ?? 0) - STEP_MS), '--end', iso(steps.at(-1) ?? 0)];
    const output = join(folder, 'dataset');
    const built = await builder([
      'build',
      ...args.slice(0, -2),
      ...span,
      '--format',
      'csv',
      '--output',
      output,
    ]);
    expect(built).to.include({ code: 0, stderr: '' });
    type Cells = Record<'timestamp' | 'forks_per_second', string>;
    // A file a part of the split, in the order of time.
    const features = manifestOf(output)
      .files.flatMap(
        ({ path }) => parse(readFileSync(join(output, path), 'utf8'), { columns: true }) as Cells[],
      )
      .sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
    const lastMs = steps.at(-1) ?? 0;
    expect(
      rows
        .map(({ row }) => row as { timestamp: string; forks_per_second: number | null })
        .filter(({ timestamp }) => Date.parse(timestamp) <= lastMs)
        .map(({ timestamp, forks_per_second: value }) => [timestamp, value === null ? '' : String(value)]),
    ).to.deep.equal(features.map(({ timestamp, forks_per_second: value }) => [timestamp, value]));

    const response = await open(`${stream.url}/stream`);
    expect(await stream.stop()).to.deep.equal({ code: 0, signal: null });
    for await (const _ of response);
  });
});
