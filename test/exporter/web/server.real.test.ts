import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { createLogger } from '../../../common/log.ts';
import { EventLog } from '../../../exporter/evidence/event-log.ts';
import { EXTRACTORS } from '../../../exporter/extractors/index.ts';
import { Scraper } from '../../../exporter/scrape/scrape.ts';
import { EventsPage } from '../../../exporter/web/events-page.ts';
import { createApp } from '../../../exporter/web/server.ts';
import { fixtureHost, fixturePaths } from '../../support/fixture-host.ts';
import { services } from '../../support/services.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

describe('server', () => {
  let server: Server;
  let failing = false;
  const logged: string[] = [];

  before(async () => {
    const logger = createLogger({ level: 'warn', format: 'logfmt' }, (line) => logged.push(line));
    const scraper = new Scraper(EXTRACTORS, fixtureHost, logger);
    await scraper.open(await services({ paths: fixturePaths() }));
    const extraFamilies = () => {
      if (failing) throw new Error('two\nlines');
      return [];
    };
    const app = createApp({
      scraper,
      extraFamilies,
      telemetryPath: '/metrics',
      events: new EventsPage(new EventLog(Date.now())),
      version: '1.2.3',
      node: 'node-7',
      logger,
    });
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  after(() => {
    server.close();
  });

  function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { port, host: '127.0.0.1', path, headers, method, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      request.on('error', reject).end();
    });
  }

  it('serves the metrics as text, saying nothing of what serves them', async () => {
    const { status, headers, body } = await ask('/metrics');
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal(TEXT);
    expect(headers).not.to.have.property('x-powered-by');
    expect(headers).not.to.have.property('etag');
    expect(headers['vary']).to.equal('Accept, Accept-Encoding');
    expect(body.toString()).to.contain('\nkubevigil_forks_total 26442\n');
  });

  it('serves OpenMetrics to who asks for it', async () => {
    const { headers, body } = await ask('/metrics', {
      accept: 'application/openmetrics-text; version=1.0.0',
    });
    expect(headers['content-type']).to.equal('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body.toString()).to.match(/\n# EOF\n$/);
  });

  it('compresses for who can read it', async () => {
    const { headers, body } = await ask('/metrics', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).to.equal('gzip');
    expect(gunzipSync(body).toString()).to.contain('\nkubevigil_forks_total 26442\n');
  });

  it('runs only the extractors in collect[]', async () => {
    const { body } = await ask('/metrics?collect[]=forks&collect%5B%5D=memory');
    const names = [...body.toString().matchAll(/^kubevigil_extractor_success\{extractor="(\w+)"\}/gm)];
    expect(names.map((match) => match[1])).to.deep.equal(['forks', 'memory']);
  });

  for (const query of ['collect[]=nothing', 'collect[]=', 'collect[]=forks&collect[]=x']) {
    it(`answers 400 to ${query}`, async () => {
      const { status, body } = await ask(`/metrics?${query}`);
      expect(status).to.equal(400);
      expect(body.toString()).to.match(/^no such extractor, or not enabled: "[^\n]*\n$/);
    });
  }

  it('has a landing page that leads to the metrics', async () => {
    const { headers, body } = await ask('/');
    expect(headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(body.toString()).to.contain('<a href="/metrics">').and.to.contain('node-7');
  });

  for (const path of ['/-/healthy', '/-/ready']) {
    it(`answers ${path}`, async () => expect((await ask(path)).status).to.equal(200));
  }

  for (const path of ['/x', '/metrics/', '/Metrics', '/%ff', '//metrics', '/__proto__']) {
    it(`answers 404 to ${path}`, async () => {
      const { status, body } = await ask(path);
      expect([status, body.toString()]).to.deep.equal([404, 'not found\n']);
    });
  }

  it('answers HEAD without a body and other methods with 405', async () => {
    const head = await ask('/metrics', {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-type']]).to.deep.equal([200, 0, TEXT]);
    const post = await ask('/metrics', {}, 'POST');
    expect([post.status, post.headers['allow']]).to.deep.equal([405, 'GET, HEAD']);
  });

  it('shows one line when a page fails, and logs why', async () => {
    failing = true;
    const { status, body } = await ask('/metrics');
    failing = false;
    expect([status, body.toString()]).to.deep.equal([500, 'internal error\n']);
    expect(logged.at(-1)).to.match(
      /level=error msg="Request failed" path=\/metrics error="Error: two\\nlines"\n$/,
    );
  });
});
