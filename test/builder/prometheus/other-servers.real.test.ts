import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { serverThat } from '../support/server.ts';
import { prometheusWith } from '../support/tsdb.ts';

/** Pages that a querier has not, which keeps neither samples nor targets itself. */
const NOT_THERE = ['/api/v1/read', '/api/v1/status/config', '/api/v1/targets'];

describe('builder build from a querier such as that of Thanos', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(71));
  });

  after(() => prometheus?.stop());

  /** What Prometheus answers, below a prefix; each request is told. */
  function querier(prefix: string, asked: (path: string, parameters: URLSearchParams) => void) {
    return async (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '', 'http://querier');
      const path = url.pathname.slice(prefix.length);
      const { method = 'GET' } = request;
      const body = Buffer.concat(await request.toArray());
      asked(path, method === 'POST' ? new URLSearchParams(body.toString()) : url.searchParams);
      if (!url.pathname.startsWith(prefix) || NOT_THERE.includes(path)) {
        response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found\n');
        return;
      }
      const headers = { 'Content-Type': String(request.headers['content-type'] ?? 'text/plain') };
      const answer = await fetch(`${prometheus.url}${path}${url.search}`, {
        method,
        headers,
        ...(method === 'POST' && { body }),
      });
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? '' });
      response.end(Buffer.from(await answer.arrayBuffer()));
      await once(response, 'close');
    };
  }

  it('asks for whole answers, and for samples as each replica stored them, below a path', async () => {
    const seen: { path: string; parameters: URLSearchParams }[] = [];
    const server = await serverThat(
      querier('/tenant/prometheus', (path, parameters) => void seen.push({ path, parameters })),
    );
    try {
      const config = {
        prometheus: { url: `${server.url}/tenant/prometheus/` },
        ...{ scrapeInterval: '15s', start: FLEET_START_MS / 1000, end: FLEET_END_MS / 1000 },
        columns: ['memory_used_ratio', { name: 'forks', promql: 'rate(kubevigil_forks_total[1m])' }],
      };
      writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(config));
      const args = ['--config', join(folder, 'dataset.yaml'), '--output', join(folder, 'dataset')];
      expect(await builder(['build', ...args])).to.include({ code: 0, stderr: '' });
    } finally {
      await server.close();
    }
    const { prometheus: read, rows } = manifestOf(join(folder, 'dataset'));
    expect(read.reading).to.equal('range-selectors');
    expect(rows).to.be.greaterThan(500);
    const all = (path: string, name: string) => [
      ...new Set(
        seen.filter((each) => each.path.startsWith(path)).map(({ parameters }) => parameters.get(name)),
      ),
    ];
    for (const path of ['/api/v1/query_range', '/api/v1/label/']) {
      expect(all(path, 'partial_response'), path).to.deep.equal(['false']);
      expect(all(path, 'deny_partial_response'), path).to.deep.equal(['1']);
    }
    const raw = seen
      .filter(({ path, parameters }) => path === '/api/v1/query' && parameters.get('query') !== 'time()')
      .map(({ parameters }) => parameters);
    expect(raw).not.to.deep.equal([]);
    for (const name of ['dedup', 'partial_response'])
      expect(raw.map((parameters) => parameters.get(name))).to.deep.equal(raw.map(() => 'false'));
    for (const [name, value] of [
      ['latency_offset', '1ms'],
      ['nocache', '1'],
    ] as const)
      expect(all('/api/v1/query_range', name), name).to.deep.equal([value]);
    // What Thanos computes, it may compute of replicas put together.
    expect(all('/api/v1/query_range', 'dedup')).to.deep.equal([null]);
  });
});
