import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { waitFor } from '../../../tools/programs/wait.ts';
import { ApiServer } from '../../support/api-server.ts';
import { type ExporterProcess, runExporter, startExporter } from '../../support/exporter.ts';
import { startPrometheus } from '../../support/programs.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Who may get what. */
const RIGHTS: Readonly<Record<string, string>> = { scraper: '/m', reader: '/events' };

describe('kubevigil-exporter --web.authorization=kubernetes', () => {
  const folder = temporaryFolder();
  const server = new ApiServer();
  const flag = '--web.authorization=kubernetes';
  let exporter: ExporterProcess;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    server.tokenReview = ({ token }) => ({
      authenticated: token !== 'bad',
      user: { username: String(token) },
    });
    server.accessReview = ({ user, nonResourceAttributes }) => ({
      allowed: RIGHTS[String(user)] === (nonResourceAttributes as { path: string }).path,
    });
    await server.start();
    env = { KUBECONFIG: server.writeKubeconfig(folder()) };
    exporter = await startExporter([flag, '--kubernetes=off', '--web.telemetry-path=/m'], { env });
  });
  after(async () => {
    await exporter.stop();
    await server.stop();
  });

  async function get(path: string, authorization?: string, method = 'GET') {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`http://${exporter.address}${path}`, { headers, method });
    return { status: response.status, body: await response.text(), headers: response.headers };
  }

  it('gives the metrics to who may have them, and to nobody else', async () => {
    expect((await get('/m', 'Bearer scraper')).body).to.contain('kubevigil_build_info');
    const refused: [string | undefined, number, string][] = [
      [undefined, 401, 'unauthorized\n'],
      ['Bearer bad', 401, 'unauthorized\n'],
      ['Bearer', 401, 'unauthorized\n'],
      ['Bearer a b', 401, 'unauthorized\n'],
      ['Basic c2NyYXBlcjp4', 401, 'unauthorized\n'],
      ['Bearer other', 403, 'forbidden\n'],
    ];
    for (const [authorization, status, body] of refused) {
      const answer = await get('/m', authorization);
      expect([answer.status, answer.body], authorization).to.deep.equal([status, body]);
    }
    expect((await get('/m')).headers.get('www-authenticate')).to.equal('Bearer');
    expect((await get('/m', undefined, 'HEAD')).status).to.equal(401);
    expect((await get('/m?collect[]=cpu')).status).to.equal(401);
    expect((await get('/', 'Bearer scraper')).status).to.equal(403);
  });

  it('gives what happened to who may read that, which is not who may scrape', async () => {
    const statuses = await Promise.all(
      [undefined, 'Bearer scraper', 'Bearer reader'].map((token) => get('/events?follow=false', token)),
    );
    expect(statuses.map(({ status }) => status)).to.deep.equal([401, 403, 200]);
    expect((await get('/m', 'Bearer reader')).status).to.equal(403);
  });

  it('is scraped by a real Prometheus that has a token', async () => {
    const job = (name: string, credentials: string) => ({
      job_name: name,
      metrics_path: '/m',
      scrape_interval: '1s',
      authorization: { credentials },
      static_configs: [{ targets: [exporter.address] }],
    });
    const prometheus = await startPrometheus(folder(), {
      scrape_configs: [job('scraper', 'scraper'), job('other', 'other')],
    });
    try {
      const errors = await waitFor('the first scrapes', async (signal) => {
        const answer = await fetch(`${prometheus.url}/api/v1/targets`, { signal });
        const { data } = (await answer.json()) as {
          data: { activeTargets: { scrapePool: string; health: string; lastError: string }[] };
        };
        const known = data.activeTargets.filter(({ health }) => health !== 'unknown');
        return known.length === 2 ? new Map(known.map((t) => [t.scrapePool, t.lastError])) : undefined;
      });
      expect(errors.get('scraper')).to.equal('');
      expect(errors.get('other')).to.contain('403');
    } finally {
      await prometheus.stop();
    }
  });

  it('answers a kubelet, which has no token', async () => {
    for (const path of ['/-/healthy', '/-/ready']) expect((await get(path)).status).to.equal(200);
  });

  it('says that tokens come in the clear', () => {
    expect(exporter.log()).to.contain('Tokens come in the clear');
  });

  it('fails closed when the API server is away', async () => {
    await server.stop();
    const answer = await get('/m', 'Bearer somebody');
    expect([answer.status, answer.body]).to.deep.equal([503, 'cannot be authorized now\n']);
    await server.start();
    expect((await get('/m', 'Bearer somebody')).status).to.equal(403);
  });

  it('does not start without an API server, nor with passwords beside it', async () => {
    const web = join(folder(), 'web.yml');
    writeFileSync(web, stringify({ basic_auth_users: { alice: hashSync('x', 4) } }));
    const cases: [string[], NodeJS.ProcessEnv, string][] = [
      [[], {}, 'works in a cluster'],
      [[`--web.config.file=${web}`], env, 'and basic_auth_users exclude each other'],
    ];
    for (const [more, environment, message] of cases) {
      const args = ['--web.listen-address=127.0.0.1:0', flag, ...more];
      const { code, stderr } = await runExporter(args, { env: environment });
      expect(stderr)
        .to.match(/^kubevigil-exporter: [^\n]+\n$/)
        .and.contain(message);
      expect(code).to.equal(2);
    }
  });
});
