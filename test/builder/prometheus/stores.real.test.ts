import { expect } from 'chai';
import { configSchema } from '../../../builder/config/schema.ts';
import { connect } from '../../../builder/prometheus/client.ts';
import { lostStores, storesOf } from '../../../builder/prometheus/stores.ts';
import { createLogger } from '../../../common/log.ts';
import { wholeMs } from '../../../common/ms.ts';
import { type Recorded, recordedServer } from './support/recorded.ts';

const success = (data: unknown): Recorded => ({ body: JSON.stringify({ status: 'success', data }) });
const sidecar = (name: string, replica: string, lastError: string | null = null) => ({
  name,
  lastCheck: '2026-11-28T00:00:00Z',
  lastError,
  labelSets: [{ replica }],
  minTime: 0,
  maxTime: 9_000_000_000_000,
});

describe('builder/prometheus/stores', () => {
  const lost = (before: object, now: object) =>
    lostStores(storesOf(before) ?? [], storesOf(now) ?? []).map(({ name }) => name);
  const two = { sidecar: [sidecar('a:1', 'a'), sidecar('b:1', 'b')], store: null };

  it('are lost when the querier has an error of them, or they are gone from its list', () => {
    expect(lost(two, two)).to.deep.equal([]);
    expect(lost(two, { sidecar: [sidecar('a:1', 'a'), sidecar('b:1', 'b', 'refused')] })).to.deep.equal([
      'b:1',
    ]);
    expect(lost(two, { sidecar: [sidecar('a:1', 'a')] })).to.deep.equal(['b:1']);
    expect(lost(two, {})).to.have.members(['a:1', 'b:1']);
    expect(lost({}, { sidecar: [sidecar('b:1', 'b', 'refused')] })).to.deep.equal(['b:1']);
  });

  it('are not lost when another stands in for them: a pod that has a new address', () => {
    const moved = { sidecar: [sidecar('a:1', 'a'), sidecar('b:1', 'b', 'refused'), sidecar('b:2', 'b')] };
    expect(lost(two, moved)).to.deep.equal([]);
    // A gateway to older samples has the same labels, and does not.
    const other = { ...two, sidecar: [sidecar('a:1', 'a')], store: [sidecar('s:1', 'b')] };
    expect(lost(two, other)).to.deep.equal(['b:1']);
  });

  it('are no list of something else', () => {
    for (const data of [undefined, [], 'none', { sidecar: [{}] }])
      expect(storesOf(data), JSON.stringify(data)).to.equal(undefined);
  });

  it('are looked at with each answer: one that is left out is an error', async () => {
    let list: object = two;
    const server = await recordedServer(({ path, parameters }) => {
      if (path === '/api/v1/status/buildinfo') return success({ version: '0.42.0' });
      if (path === '/api/v1/stores') return success(list);
      if (path.startsWith('/api/v1/label')) return success(['k']);
      if (!path.startsWith('/api/v1/query')) return undefined;
      if (parameters.get('query') === 'time()') return success({ resultType: 'scalar', result: [1, '1'] });
      return success({ resultType: 'matrix', result: [] });
    });
    try {
      const config = configSchema.parse({ prometheus: { url: server.url } }).prometheus;
      const log = createLogger({ level: 'error', format: 'logfmt' }, () => {});
      const open = () => connect(config, log, new AbortController().signal);
      const querier = await open();
      expect(querier.server).to.include({ name: 'Thanos', version: '0.42.0' });
      const [from, to, step] = [wholeMs(1_000), wholeMs(9_000), wholeMs(1_000)];
      const up = { metric: 'up', matchers: [] };
      const ask = {
        samples: () => querier.rawSamples(up, step, to),
        expression: () => querier.rangeQuery('up', from, to, step),
        values: () => querier.labelValues('job', up, from, to),
        connection: open,
      };
      for (const [what, read] of Object.entries(ask)) {
        list = two;
        await read();
        list = { sidecar: [sidecar('a:1', 'a'), sidecar('b:1', 'b', 'connection\nrefused')] };
        const error = await read().then(String, String);
        expect(error, what).to.match(
          /^BuilderError: \S+ answers only in part: store b:1 is lost \(connection.{1,3}refused\)/,
        );
        expect(error, what).not.to.contain('\n');
      }
    } finally {
      await server.close();
    }
  });
});
