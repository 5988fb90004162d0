import { join } from 'node:path';
import { expect } from 'chai';
import { build } from '../../../builder/commands/build.ts';
import { configSchema } from '../../../builder/config/schema.ts';
import { connect } from '../../../builder/prometheus/client.ts';
import { createLogger } from '../../../common/log.ts';
import { wholeMs } from '../../../common/ms.ts';
import { prometheusNowMs } from '../../../scenarios/campaign/clock.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { duckdb, tableExpression } from '../support/dataset.ts';
import { type Recorded, recordedServer, recording } from './support/recorded.ts';

/** Two minutes at 2 s: the exporter was away for 14 s, and counted from 0 when it came back. */
const START = 1_795_824_571;
const END = 1_795_824_690;
const RECORDED: Record<string, string> = {
  '/api/v1/status/buildinfo': 'buildinfo',
  '/api/v1/targets': 'targets',
  '/api/v1/label/job/values': 'job',
};
const UNSUPPORTED: Recorded = { status: 400, type: 'text/plain', body: 'unsupported path requested' };

const recorded = (file: string) => recording('victoria-metrics', file);

/** What VictoriaMetrics 1.151 answered. */
function victoriaMetrics(
  change: (answer: Recorded) => Recorded = (answer) => answer,
  seen: (parameters: URLSearchParams) => void = () => {},
) {
  return recordedServer(({ path, parameters }) => {
    const file = RECORDED[path];
    if (file !== undefined) return recorded(file);
    if (path !== '/api/v1/query') return UNSUPPORTED;
    const query = parameters.get('query') ?? '';
    seen(parameters);
    if (query === 'time()') return recorded('time');
    if (query.startsWith('up')) return recorded('up');
    return query.startsWith('kubevigil_forks_total') ? change(recorded('kubevigil_forks_total')) : undefined;
  });
}

describe('builder on VictoriaMetrics', () => {
  const newFolder = temporaryFolder();
  const log = createLogger({ level: 'error', format: 'logfmt' }, () => {});
  const { signal } = new AbortController();
  const progress = { start: () => {}, done: () => {}, stop: () => {} };

  async function built(change?: (answer: Recorded) => Recorded) {
    const server = await victoriaMetrics(change);
    try {
      const output = join(newFolder(), 'dataset');
      const config = configSchema.parse({
        ...{ prometheus: { url: server.url }, output, start: START, end: END, step: '4s' },
        columns: ['forks_per_second'],
      });
      const manifest = await build(config, { nowMs: END * 1_000 + 60_000, log, progress, signal });
      const rows = await duckdb(
        `SELECT forks_per_second AS value FROM ${tableExpression(output, 'parquet')} ORDER BY timestamp`,
      );
      return { manifest, values: rows.map(({ value }) => value as number | null) };
    } finally {
      await server.close();
    }
  }

  it('takes the stale markers among the values of range selectors for what they are', async () => {
    const { manifest, values } = await built();
    const known = values.filter((value) => value !== null);
    expect(known.length).to.be.greaterThan(20);
    expect([...new Set(known)]).to.deep.equal([3.5]);
    // No rate reaches over the outage: the first rows after it have no sample before theirs.
    expect(values.filter((value) => value === null).length).to.be.within(4, 8);
    expect(manifest.prometheus).to.deep.equal({
      ...{ version: 'unknown', server: 'VictoriaMetrics', jobs: ['k'] },
      ...{ reading: 'range-selectors', staleMarkers: true },
    });
    expect(manifest.warnings.filter((text) => text.includes('stale markers'))).to.deep.equal([]);
    expect(manifest.warnings.some((text) => text.includes('12 digits'))).to.equal(true);
    // Of anything but this metric the recorded server knows nothing: the rows are none the worse.
    expect(manifest.warnings.some((text) => text.startsWith('what agents tell of themselves'))).to.equal(
      true,
    );
    expect(manifest).to.include({ scrapeInterval: '2s', delay: '6s' });
  });

  it('would tell of a rate below zero if a marker were a value', async () => {
    const asValue = ({ body }: Recorded) => ({ body: body.replace('"NaN"', '"1428"') });
    const { values } = await built(asValue);
    expect(values.filter((value) => value !== null && value !== 3.5)).not.to.deep.equal([]);
  });

  for (const [form, marker] of [
    ['null', 'null'],
    ['the text of another NaN', '"nan"'],
    ['the text of a stale marker', '"StaleNaN"'],
  ] as const) {
    it(`takes ${form} for a marker as well`, async () => {
      const { values } = await built(({ body }) => ({ body: body.replace('"NaN"', marker) }));
      expect(values).to.deep.equal((await built()).values);
    });
  }

  it('refuses what its cluster calls partial, whichever page it is', async () => {
    for (const page of ['/api/v1/label/job/values', '/api/v1/query', '/api/v1/query_range']) {
      let partial = false;
      const server = await recordedServer(({ path, parameters }) => {
        if (parameters.get('query') === 'time()') return recorded('time');
        const file = RECORDED[path] ?? (path.includes('/query') ? 'up' : undefined);
        if (file === undefined) return UNSUPPORTED;
        const { body } = recorded(file);
        return {
          body: partial && path === page ? body.replace('"success",', '"success","isPartial":true,') : body,
        };
      });
      try {
        const config = configSchema.parse({ prometheus: { url: server.url } }).prometheus;
        const prometheus = await connect(config, log, signal);
        const up = { metric: 'up', matchers: [] };
        const [from, to, step] = [wholeMs(1_000), wholeMs(9_000), wholeMs(1_000)];
        const read = () =>
          page.endsWith('values')
            ? prometheus.labelValues('job', up, from, to)
            : page.endsWith('range')
              ? prometheus.rangeQuery('up', from, to, step)
              : prometheus.rawSamples(up, step, to);
        await read();
        partial = true;
        expect(await read().then(String, String), page).to.match(/answers only in part: the server says/);
      } finally {
        await server.close();
      }
    }
  });

  it('shows the time of now, not of 30 s ago, to the builder and to scenarios', async () => {
    const asked: URLSearchParams[] = [];
    const server = await victoriaMetrics(undefined, (parameters) => asked.push(parameters));
    try {
      const config = configSchema.parse({ prometheus: { url: server.url } }).prometheus;
      const prometheus = await connect(config, log, signal);
      // Recorded at 1795824730.36: what was evaluated 1 s before that moment.
      expect(await prometheus.serverTimeMs()).to.equal(1_795_824_730_333);
      expect(await prometheusNowMs(server.url)).to.equal(1_795_824_730_333);
      expect(asked.map((parameters) => parameters.get('latency_offset'))).to.deep.equal(
        asked.map(() => '1s'),
      );
      expect(prometheus.server.name).to.equal('VictoriaMetrics');
    } finally {
      await server.close();
    }
  });
});
