import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { createAuthority } from '../../support/certificates.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../support/fleet.ts';
import { prometheusWith } from '../support/tsdb.ts';

const TOKEN = 'a-token-that-nobody-may-see';
const PASSWORD = 'a-password-that-nobody-may-see';
const BASIC = Buffer.from(`reader:${PASSWORD}`).toString('base64');

describe('builder credentials', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  let server: Server;
  let url: string;
  let wanted = '';
  const tenants = new Set<unknown>();

  /** Demands a client's certificate and what stands in `wanted`, then asks the real Prometheus. */
  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(4));
    const authority = createAuthority();
    const own = authority.issue('server', '127.0.0.1');
    const client = authority.issue('client');
    writeFileSync(join(folder, 'ca.pem'), authority.cert);
    writeFileSync(join(folder, 'client.pem'), client.cert);
    writeFileSync(join(folder, 'client.key'), client.key);
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
    writeFileSync(join(folder, 'password'), `${PASSWORD}\n`);
    server = createServer(
      { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', async () => {
          const { method = 'GET', headers } = request;
          tenants.add(headers['x-scope-orgid']);
          if (headers.authorization !== wanted) {
            response.writeHead(401).end();
            return;
          }
          const kept = ['content-type', 'content-encoding', 'x-prometheus-remote-read-version'];
          const passed = kept.flatMap((name) =>
            headers[name] === undefined ? [] : [[name, String(headers[name])] as [string, string]],
          );
          const body = method === 'POST' ? Buffer.concat(chunks) : null;
          const answer = await fetch(`${prometheus.url}${request.url}`, { method, body, headers: passed });
          const type = answer.headers.get('content-type') ?? '';
          response
            .writeHead(answer.status, { 'Content-Type': type })
            .end(Buffer.from(await answer.arrayBuffer()));
        });
      },
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await prometheus.stop();
  });

  const TLS = 'tls: {caFile: ca.pem, certFile: client.pem, keyFile: client.key}';

  async function build(name: string, reading: string, credentials: string) {
    const output = join(folder, name);
    const config = `${output}.yaml`;
    const lines = [`prometheus: {url: "${url}", tenant: team-a, ${credentials}}`, `reading: ${reading}`];
    writeFileSync(config, `${lines.join('\n')}\nscrapeInterval: 15s\ncolumns: [cpu_busy_ratio]\n`);
    const range = ['--start', String(FLEET_START_MS / 1000), '--end', String(FLEET_END_MS / 1000)];
    const args = ['--config', config, '--output', output, ...range, '--log.level', 'debug'];
    return { ...(await builder(['build', ...args])), output };
  }

  function expectSecret(text: string): void {
    for (const secret of [TOKEN, PASSWORD, BASIC]) expect(text).not.to.contain(secret);
  }

  for (const reading of ['remote-read', 'query']) {
    const ways: [string, string, string][] = [
      ['token', 'bearerTokenFile: token', `Bearer ${TOKEN}`],
      ['basic', 'basicAuth: {username: reader, passwordFile: password}', `Basic ${BASIC}`],
    ];
    for (const [name, credentials, header] of ways) {
      it(`go along with every request, and nowhere else: ${name}, client certificate and tenant (${reading})`, async () => {
        wanted = header;
        tenants.clear();
        const { code, stdout, stderr, output } = await build(
          `${name}-${reading}`,
          reading,
          `${credentials}, ${TLS}`,
        );
        expect({ code, stderr }).to.deep.include({ code: 0 });
        expect([...tenants]).to.deep.equal(['team-a']);
        expect(manifestOf(output).rows).to.be.greaterThan(0);
        expectSecret(stdout + stderr);
        for (const file of readdirSync(output, { recursive: true, withFileTypes: true }))
          if (file.isFile()) expectSecret(readFileSync(join(file.parentPath, file.name), 'latin1'));
      });
    }
  }

  it('are not in the message that refuses them, nor is a missing certificate a stack', async () => {
    wanted = 'something else';
    const refused = await build('refused', 'auto', `bearerToken: ${TOKEN}, ${TLS}`);
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.contain('refuses the credentials (401)');
    expectSecret(refused.stdout + refused.stderr);
    const bare = await build('bare', 'auto', 'tls: {caFile: ca.pem}');
    expect(bare.code).to.equal(2);
  });
});
