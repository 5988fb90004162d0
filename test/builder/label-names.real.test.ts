import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { loadConfig } from '../../builder/config/load.ts';
import { configSchema } from '../../builder/config/schema.ts';
import { connect } from '../../builder/prometheus/client.ts';
import { seriesName } from '../../builder/samples/series.ts';
import { createLogger } from '../../common/log.ts';
import { wholeMs } from '../../common/ms.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { columnsOf } from '../../exporter/catalogue/model/columns.ts';
import { columnQuery } from '../../exporter/catalogue/model/promql.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { serverThat } from './support/server.ts';
import { prometheusWith } from './support/tsdb.ts';

const START_MS = Date.UTC(2026, 2, 29, 12);
const UTF8 = 'k8s.node.name';

describe('builder with label names of Prometheus 3', () => {
  const newFolder = temporaryFolder();

  it('takes any text for a label, and not for a column', () => {
    const labels = [{ metric: { nodeLabel: UTF8 } }, { promql: 'up', scenarioLabel: 'a b', nodeLabel: UTF8 }];
    const config = configSchema.parse({
      nodeLabel: UTF8,
      clusterLabel: 'größe/"x"',
      replicaLabel: '0',
      selector: `"${UTF8}"="a"`,
      labels,
    });
    expect(config).to.include({ nodeLabel: UTF8, clusterLabel: 'größe/"x"', replicaLabel: '0' });
    expect(config.selector).to.deep.equal([{ name: UTF8, operator: '=', value: 'a' }]);
    expect(configSchema.safeParse({ nodeLabel: '' }).success).to.equal(false);
    expect(configSchema.safeParse({ nodeLabel: '\ud800' }).success).to.equal(false);
    expect(configSchema.safeParse({ columns: [{ name: 'a.b', promql: 'up' }] }).success).to.equal(false);
  });

  it('quotes them in what it writes for people', () => {
    expect(seriesName({ __name__: 'up', node: 'a', [UTF8]: 'b' })).to.equal(`up{node="a","${UTF8}"="b"}`);
    const [column] = columnsOf(
      METRICS.filter(({ name }) => name === 'kubevigil_forks_total'),
      'node',
    );
    const query = column && columnQuery(column, 'node', '1m', [], { nodeLabel: UTF8, clusterLabel: 'c' });
    expect(query).to.equal(`sum by (c, "${UTF8}") (rate(kubevigil_forks_total[1m]))`);
  });

  /** A server that notes what it is asked; `takes` tells whether it parses quoted names. */
  async function asked(
    takes: boolean,
    ask: (prometheus: Awaited<ReturnType<typeof connect>>) => Promise<unknown>,
  ) {
    const requests: string[] = [];
    const server = await serverThat(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const url = new URL(request.url ?? '', 'http://x');
      const query = url.searchParams.get('query') ?? new URLSearchParams(body).get('query') ?? '';
      requests.push(`${url.pathname} ${query}${url.searchParams.get('match[]') ?? ''}`.trim());
      const answer = (status: number, data: unknown) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(data));
      };
      if (url.pathname.endsWith('/buildinfo'))
        return answer(200, { status: 'success', data: { version: takes ? '3.1.0' : '2.42.0' } });
      if (url.pathname.endsWith('/values')) return answer(200, { status: 'success', data: ['a'] });
      if (query.includes('"kubevigil.asks"') && !takes)
        return answer(400, { status: 'error', errorType: 'bad_data', error: 'unexpected string' });
      if (query === 'time()')
        return answer(200, { status: 'success', data: { resultType: 'scalar', result: [0, '0'] } });
      if (url.pathname.endsWith('/query'))
        return answer(200, { status: 'success', data: { resultType: 'matrix', result: [] } });
      return answer(404, {});
    });
    try {
      const config = configSchema.parse({ prometheus: { url: server.url } });
      const log = createLogger({ level: 'error', format: 'logfmt' });
      const prometheus = await connect(config.prometheus, log, new AbortController().signal, 1);
      requests.length = 0;
      const error = await ask(prometheus).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return { requests, error };
    } finally {
      await server.close();
    }
  }

  const selector = { metric: 'up', matchers: [{ name: UTF8, operator: '=', value: 'a"b' }] } as const;

  it('quotes them in queries, and escapes them in addresses', async () => {
    const { requests, error } = await asked(true, async (prometheus) => {
      await prometheus.rawSamples(selector, wholeMs(60_000), wholeMs(START_MS));
      await prometheus.labelValues('a_b/ü.c', selector, wholeMs(0), wholeMs(START_MS));
    });
    expect(error).to.equal(undefined);
    const text = `up{"${UTF8}"="a\\"b"}`;
    expect(requests).to.deep.equal([
      '/api/v1/query absent({"kubevigil.asks"="x"})',
      `/api/v1/query ${text}[60000ms]`,
      `/api/v1/label/U__a__b_2f__fc__2e_c/values ${text}`,
    ]);
  });

  it('does not ask whether they can be quoted where none must be', async () => {
    const { requests } = await asked(false, (prometheus) =>
      prometheus.labelValues('node', { metric: 'up', matchers: [] }, wholeMs(0), wholeMs(START_MS)),
    );
    expect(requests).to.deep.equal(['/api/v1/label/node/values up']);
  });

  it('says of an older server what it takes', async () => {
    const { error } = await asked(false, (prometheus) =>
      prometheus.labelValues(UTF8, selector, wholeMs(0), wholeMs(START_MS)),
    );
    expect(String(error))
      .to.contain(`cannot be asked for the label "${UTF8}"`)
      .and.to.contain('take Prometheus 3');
  });

  describe('beside a real Prometheus 2', () => {
    let folder: string;
    let prometheus: RunningPrometheus;

    before(async () => {
      folder = newFolder();
      const samples = Array.from({ length: 40 }, (_, i) => [START_MS + i * 15_000, i] as const);
      const labels = { job: 'kubevigil', instance: 'a', node: 'a' };
      prometheus = await prometheusWith(join(folder, 'prometheus'), [
        { labels: { __name__: 'up', ...labels }, samples: samples.map(([ms]) => [ms, 1]) },
        { labels: { __name__: 'kubevigil_forks_total', ...labels }, samples },
      ]);
    });

    after(() => prometheus.stop());

    async function build(config: string) {
      writeFileSync(join(folder, 'd.yaml'), `scrapeInterval: 15s\ncolumns: [forks_per_second]\n${config}\n`);
      const range = ['--start', String(START_MS / 1000), '--end', String(START_MS / 1000 + 585)];
      const args = [
        '--config',
        join(folder, 'd.yaml'),
        '--prometheus',
        prometheus.url,
        '--output',
        join(folder, 'out'),
      ];
      return builder(['build', ...args, ...range]);
    }

    it('ends in one line where it would have to be asked for one', async () => {
      const { code, stderr } = await build(`selector: '"${UTF8}"="a"'`);
      expect({ code, lines: stderr.trim().split('\n').length }).to.deep.equal({ code: 2, lines: 1 });
      expect(stderr)
        .to.contain(`cannot be asked for the label "${UTF8}"`)
        .and.to.contain('2.42')
        .and.to.contain('Prometheus 3');
    });

    it('reads what it can where none must be asked for', async () => {
      const { code, stderr } = await build(`clusterLabel: ${UTF8}`);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    });
  });

  it('a configuration without expressions does not load the grammar', async () => {
    const script = `
      import { createRequire } from 'node:module';
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('lezer'));
      const { configSchema } = await import('./dist/builder/config/schema.js');
      await import('./dist/builder/main.js').catch(() => {});
      configSchema.parse({ columns: ['forks_per_second'] });
      const before = loaded();
      configSchema.parse({ selector: 'a="b"' });
      process.stdout.write(JSON.stringify([before, loaded()]));
      process.exit(0);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: ROOT,
    });
    expect(stdout).to.equal('[false,true]');
  });

  it('names the path of what cannot be read', () => {
    const file = join(newFolder(), 'd.yaml');
    for (const [config, message] of [
      [`selector: '${UTF8}="a"'`, 'selector: '],
      ['labels: [{promql: "up offset -1m", scenario: a}]', 'labels.0.promql: may not look ahead'],
      [
        'columns: [forks_per_second, {name: x, promql: "up offset (-1m)"}]',
        'columns.1.promql: may not look ahead',
      ],
    ] as const) {
      writeFileSync(file, config);
      expect(() => loadConfig({ config: file })).to.throw(`config ${file}: ${message}`);
    }
  });
});
