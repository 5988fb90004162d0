import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { remoteRead } from '../../../../../builder/prometheus/wire/remote-read/remote-read.ts';
import type { RemoteReadQuery } from '../../../../../builder/prometheus/wire/remote-read/request.ts';
import type { RawSeries } from '../../../../../builder/samples/series.ts';
import { wholeMs } from '../../../../../common/ms.ts';
import { waitFor } from '../../../../../tools/programs/wait.ts';
import { program, startPrometheus } from '../../../../support/programs.ts';
import { END_MS, openMetrics, START_MS } from '../../../support/open-metrics.ts';
import { dumpedSamples, readSamples } from './support/dump.ts';
import { postTo } from './support/post.ts';

const run = promisify(execFile);
const KEPT_FOR_EVER = ['--storage.tsdb.retention.time=100y'];

async function read(url: string, query: RemoteReadQuery): Promise<RawSeries[]> {
  const series: RawSeries[] = [];
  for await (const one of remoteRead(postTo(url), query)) series.push(one);
  return series;
}

async function dump(folder: string, startMs: number, endMs: number): Promise<Map<string, string[]>> {
  const args = ['tsdb', 'dump', `--min-time=${startMs + 1}`, `--max-time=${endMs}`, join(folder, 'data')];
  const { stdout } = await run(await program('promtool'), args, { maxBuffer: 2 ** 28 });
  return dumpedSamples(stdout);
}

const EVERYTHING = { name: '__name__', operator: '!=', value: '' } as const;

describe('builder/prometheus/wire/remote-read with a real Prometheus', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-remote-read-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads blocks as promtool dumps them, bit for bit', async () => {
    const text = join(folder, 'metrics.txt');
    writeFileSync(text, openMetrics());
    await run(await program('promtool'), [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      text,
      join(folder, 'data'),
    ]);
    const config = { global: { external_labels: { cluster: 'east' } } };
    const prometheus = await startPrometheus(folder, config, KEPT_FOR_EVER);
    try {
      const window = { startMs: wholeMs(START_MS - 1), endMs: wholeMs(END_MS) };
      const all = await read(prometheus.url, { matchers: [EVERYTHING], ...window });
      expect(all.every(({ labels }) => labels['cluster'] !== undefined)).to.equal(true);
      expect(readSamples(all, { cluster: 'east' })).to.deep.equal(
        await dump(folder, window.startMs, window.endMs),
      );
      expect(readSamples(all, {}).size).to.equal(13);

      const inner = { startMs: wholeMs(START_MS + 1_234_567), endMs: wholeMs(END_MS - 4_567_000) };
      const part = await read(prometheus.url, { matchers: [EVERYTHING], ...inner });
      expect(readSamples(part, { cluster: 'east' })).to.deep.equal(
        await dump(folder, inner.startMs, inner.endMs),
      );

      const nodes = async (matchers: RemoteReadQuery['matchers']) =>
        (await read(prometheus.url, { matchers: [METRIC, ...matchers], ...window })).map(
          ({ labels }) => labels['node'],
        );
      const METRIC = { name: '__name__', operator: '=', value: 'test_requests_total' } as const;
      expect(await nodes([{ name: 'node', operator: '=', value: 'n1' }])).to.deep.equal(['n1']);
      expect(await nodes([{ name: 'node', operator: '!=', value: 'n1' }])).to.deep.equal([
        'n0',
        'n2',
        'wörker "3"\\',
      ]);
      expect(await nodes([{ name: 'node', operator: '=~', value: 'n[02]' }])).to.deep.equal(['n0', 'n2']);
      expect(await nodes([{ name: 'node', operator: '!~', value: 'n.' }])).to.deep.equal(['wörker "3"\\']);
      expect(await nodes([{ name: 'node', operator: '!~', value: 'x'.repeat(70_000) }])).to.have.length(4);
      expect(await nodes([{ name: 'cluster', operator: '=', value: 'east' }])).to.have.length(4);
      expect(await nodes([{ name: 'cluster', operator: '=', value: 'west' }])).to.have.length(0);
      expect(await nodes([{ name: 'cluster', operator: '=~', value: 'east' }])).to.have.length(0);
    } finally {
      await prometheus.stop();
    }
  });

  it('reads the head while it is written, and the stale markers of a target that is gone', async () => {
    const target = await startTarget();
    const config = {
      global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
      scrape_configs: [{ job_name: 'test', static_configs: [{ targets: [`127.0.0.1:${target.port}`] }] }],
    };
    const prometheus = await startPrometheus(folder, config);
    try {
      const startMs = wholeMs(Date.now() - 3_600_000);
      const metric = { name: '__name__', operator: '=~', value: 'test_.*' } as const;
      const readNow = () => read(prometheus.url, { matchers: [metric], startMs, endMs: wholeMs(Date.now()) });
      const before = await waitFor('ten scrapes', async () => {
        const series = await readNow();
        return series.some(({ timestampsMs }) => timestampsMs.length > 10) ? series : undefined;
      });
      expect(before.map(({ staleMs }) => staleMs.length)).to.deep.equal([0, 0]);
      target.server.closeAllConnections();
      target.server.close();
      const after = await waitFor('stale markers', async () => {
        const series = await readNow();
        return series.length > 0 && series.every(({ staleMs }) => staleMs.length > 0) ? series : undefined;
      });
      const endMs = wholeMs(Date.now());
      const all = await read(prometheus.url, { matchers: [EVERYTHING], startMs, endMs });
      expect(readSamples(all, {})).to.deep.equal(await dump(folder, startMs, endMs));
      for (const { timestampsMs, values, staleMs, labels } of after) {
        expect(staleMs).to.have.length(1);
        expect(staleMs[0]).to.be.above(timestampsMs.at(-1) ?? Number.NaN);
        expect(Number.isNaN(values[0])).to.equal(labels['__name__'] === 'test_nan');
      }
    } finally {
      target.server.close();
      await prometheus.stop();
    }
  });
});

/** A target with a rising value and a NaN that is no stale marker. */
async function startTarget(): Promise<{ server: Server; port: number }> {
  let scrapes = 0;
  const server = createServer((_, response) => {
    scrapes++;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`test_scrapes ${scrapes / 3}\ntest_nan NaN\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
