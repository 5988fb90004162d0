import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { waitFor } from '../../tools/programs/wait.ts';
import { createAuthority } from '../support/certificates.ts';
import { type ExporterProcess, runExporter, startExporter } from '../support/exporter.ts';
import { startPrometheus } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('kubevigil-exporter --web.config.file', () => {
  const folder = temporaryFolder();
  let exporter: ExporterProcess | undefined;
  afterEach(async () => {
    await exporter?.stop();
    exporter = undefined;
  });

  it('is scraped by a real Prometheus over TLS, with a client certificate and a password', async () => {
    const path = folder();
    const file = (name: string, text: string) => {
      writeFileSync(join(path, name), text);
      return join(path, name);
    };
    const authority = createAuthority();
    const server = authority.issue('exporter', '127.0.0.1');
    const client = authority.issue('prometheus', 'prometheus.example');
    file('tls.crt', server.cert);
    file('tls.key', server.key);
    const tls = {
      ca_file: file('ca.crt', authority.cert),
      cert_file: file('client.crt', client.cert),
      key_file: file('client.key', client.key),
    };
    const config = {
      tls_server_config: {
        cert_file: 'tls.crt',
        key_file: 'tls.key',
        client_ca_file: 'ca.crt',
        client_auth_type: 'RequireAndVerifyClientCert',
        min_version: 'TLS13',
      },
      basic_auth_users: { prometheus: hashSync('right', 10) },
    };
    exporter = await startExporter([`--web.config.file=${file('web.yml', stringify(config))}`]);
    const job = (name: string, password: string, tlsConfig: object) => ({
      job_name: name,
      scheme: 'https',
      scrape_interval: '1s',
      basic_auth: { username: 'prometheus', password },
      tls_config: tlsConfig,
      static_configs: [{ targets: [exporter?.address] }],
    });
    const prometheus = await startPrometheus(folder(), {
      scrape_configs: [
        job('right', 'right', tls),
        job('wrong_password', 'wrong', tls),
        job('no_certificate', 'right', { ca_file: tls.ca_file }),
      ],
    });
    let states = '';
    try {
      // A scrape may be late on a machine that others keep busy: what counts is what each comes to.
      await waitFor('each scrape to end as it must', async (signal) => {
        const answer = await fetch(`${prometheus.url}/api/v1/targets`, { signal });
        const { data } = (await answer.json()) as {
          data: { activeTargets: { scrapePool: string; health: string; lastError: string }[] };
        };
        const ends = new Map(data.activeTargets.map((target) => [target.scrapePool, target]));
        states = JSON.stringify([...ends]);
        return (
          ends.get('right')?.health === 'up' &&
          ends.get('wrong_password')?.lastError.includes('401') &&
          ends.get('no_certificate')?.health === 'down' &&
          /tls|certificate/.test(ends.get('no_certificate')?.lastError ?? '')
        );
      }).catch((error: Error) => expect.fail(`${error.message}: ${states}`));
    } finally {
      await prometheus.stop();
    }
  });

  it('is refused in one line and with code 2 when it cannot be used', async () => {
    const file = join(folder(), 'web.yml');
    writeFileSync(file, 'tls_server_config: {cert_file: none.crt, key_file: none.key}');
    const { code, stderr } = await runExporter([
      '--web.listen-address=127.0.0.1:0',
      `--web.config.file=${file}`,
    ]);
    expect(stderr).to.match(/^kubevigil-exporter: cert_file \/[^\n]*none\.crt: there is no such file\n$/);
    expect(code).to.equal(2);
  });
});
