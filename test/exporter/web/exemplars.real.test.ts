import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { execsMetrics } from '../../../exporter/catalogue/execs.ts';
import { sample } from '../../../exporter/catalogue/model/sample.ts';
import { Exemplars } from '../../../exporter/evidence/exemplars.ts';
import { familiesOf, renderExposition } from '../../../exporter/web/exposition.ts';
import { CONTENT_TYPES, negotiateFormat } from '../../../exporter/web/negotiation.ts';
import { type RunningPrometheus, startPrometheus } from '../../../tools/programs/prometheus.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { parseOpenMetrics } from '../../support/openmetrics.ts';
import { promtoolCheck } from '../../support/promtool.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Answer {
  readonly data: readonly {
    readonly seriesLabels: Readonly<Record<string, string>>;
    readonly exemplars: readonly {
      readonly labels: Readonly<Record<string, string>>;
      readonly value: string;
      readonly timestamp: number;
    }[];
  }[];
}

const plain = (text: string) => text;
/** What a hostile program may be called. */
const PATHS = [
  '/bin/sh',
  '/tmp/a"b\\c\nd',
  '/tmp/ä\u2028\u0085x',
  `/tmp/${'é'.repeat(200)}`,
  '/tmp/} 1 # {x="y',
];

describe('exemplars in a real Prometheus', () => {
  const folder = temporaryFolder();
  const exemplars = new Exemplars();
  let prometheus: RunningPrometheus;
  let server: Server;
  const time = new Date();

  const owner = (i: number) => ({ namespace: 'shop', pod: `web-${i}`, container: 'web' });
  const pageIn = (format: 'text' | 'openmetrics') => {
    const samples = PATHS.map((_, i) =>
      sample(execsMetrics.suspicious, i + 1, { rule: 'shell_in_container', ...owner(i) }),
    );
    return renderExposition(familiesOf(samples), format, undefined, (labels) => exemplars.of(labels, plain));
  };

  before(async () => {
    for (const [i, path] of PATHS.entries()) {
      const rule = { name: 'shell_in_container', on: 'exec' } as const;
      exemplars.note(rule, owner(i), { pid: 1_000 + i, path }, {}, time.toISOString());
    }
    server = createServer((request, response) => {
      const format = negotiateFormat(request.headers.accept);
      void pageIn(format).then((page) => {
        response.setHeader('Content-Type', CONTENT_TYPES[format]);
        response.end(page);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [
        { job_name: 'x', honor_labels: true, static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
      ],
    };
    prometheus = await startPrometheus(folder(), config, ['--enable-feature=exemplar-storage']);
  });
  after(async () => {
    await prometheus?.stop();
    server?.close();
  });

  const ask = async <T>(path: string, parameters: Record<string, string>) => {
    const response = await fetch(`${prometheus.url}${path}?${new URLSearchParams(parameters)}`);
    return (await response.json()) as T;
  };

  it('come back from its API as they were, and every value with them', async () => {
    const stored = await waitFor('all exemplars', async () => {
      const { data } = await ask<Answer>('/api/v1/query_exemplars', {
        query: execsMetrics.suspicious.name,
        start: String(time.getTime() / 1e3 - 60),
        end: String(time.getTime() / 1e3 + 60),
      });
      return data.length === PATHS.length ? data : undefined;
    });
    const byPod = new Map(stored.map((one) => [one.seriesLabels['pod'], one.exemplars]));
    for (const [i, path] of PATHS.entries()) {
      const [exemplar, ...others] = byPod.get(`web-${i}`) ?? [];
      expect(others).to.deep.equal([]);
      expect(exemplar?.labels['pid']).to.equal(String(1_000 + i));
      // Prometheus, 2.42 and 3.16 alike, keeps the escapes of exemplars' labels.
      const shown = (exemplar?.labels['path'] ?? '').replace(/\\(.)/g, (_, one: string) =>
        one === 'n' ? '\n' : one,
      );
      expect(path.endsWith(shown.replace(/^…/, '')), shown).to.equal(true);
      if (path.length < 100) expect(shown).to.equal(path);
      expect(exemplar?.timestamp).to.be.closeTo(time.getTime() / 1e3, 0.002);
    }
    const { data } = await ask<{ data: { result: unknown[] } }>('/api/v1/query', {
      query: execsMetrics.suspicious.name,
    });
    expect(data.result).to.have.length(PATHS.length);
  });

  it('make a page that a strict reader takes', async () => {
    const page = await pageIn('openmetrics');
    expect(page.match(/ # \{pid=/g)).to.have.length(PATHS.length);
    expect(parseOpenMetrics(page).size).to.equal(1);
  });

  it('are no part of the text format, which promtool reads as before', async () => {
    const page = await pageIn('text');
    expect(page).not.to.contain('# {');
    expect(await promtoolCheck(page)).to.equal('');
  });
});
