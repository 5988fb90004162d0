import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { freePort } from '../../../tools/programs/ports.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { startPrometheus } from '../../support/programs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { serverThat } from '../support/server.ts';
import { type StreamProcess, startStreamProcess } from './support/programs.ts';
import { open, parseEvents, readNdjson } from './support/reader.ts';

const USER = { authorization: `Basic ${Buffer.from('reader:secret').toString('base64')}` };

describe('kubevigil-builder stream', () => {
  const newFolder = temporaryFolder();

  describe('refuses in one line and with code 2', () => {
    const cases: [string, readonly string[], RegExp][] = [
      ['an address that is none', ['--listen', 'localhost'], /--listen "localhost" is not host:port/],
      ['a time that is none', ['--from', 'yesterday'], /--from "yesterday" is no time/],
      ['a time to come', ['--from', '2100-01-01T00:00:00Z'], /lies in the future/],
      ['a step that is none', ['--step', '15'], /--step: "15" is no duration/],
      ['labels that are not there', ['--labels', 'none.csv'], /none\.csv: there is no such file/],
      ['a web configuration that is not there', ['--web.config.file', 'none'], /none: there is no such file/],
      ['a key that there is not', ['--config', 'dataset.yaml'], /dataset\.yaml: stream: .*ringbytes/],
      ['a Prometheus that is not there', [], /no Prometheus at .*ECONNREFUSED/],
    ];
    for (const [what, args, message] of cases) {
      it(what, async () => {
        const cwd = newFolder();
        writeFileSync(join(cwd, 'dataset.yaml'), 'stream: {ringbytes: 1}\n');
        const nobody = `http://127.0.0.1:${await freePort()}`;
        const all = ['stream', '--listen', '127.0.0.1:0', '--prometheus', nobody, ...args];
        const { code, stdout, stderr } = await builder(all, { cwd });
        expect(stderr).to.match(/^kubevigil-builder: [^\n]*\n$/);
        expect(stderr).to.match(message);
        expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      });
    }
  });

  describe('beside a real Prometheus', () => {
    const stops: (() => unknown)[] = [];
    let prometheus: RunningPrometheus;
    let args: readonly string[];
    let stream: StreamProcess;

    before(async () => {
      const folder = newFolder();
      const target = await serverThat((_, response) => {
        response.setHeader('Content-Type', 'text/plain; version=0.0.4');
        response.end('# TYPE kubevigil_forks_total counter\nkubevigil_forks_total 1\n');
      });
      stops.push(() => target.close());
      const labels = { node: 'n' };
      prometheus = await startPrometheus(join(folder, 'prometheus'), {
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [
          { job_name: 'k', static_configs: [{ targets: [new URL(target.url).host], labels }] },
        ],
      });
      stops.push(() => prometheus.stop());
      const query = `${prometheus.url}/api/v1/query?query=kubevigil_forks_total`;
      const stored = async () => (await (await fetch(query)).text()).includes('"value"');
      await waitFor('the first sample', stored);
      const config = join(folder, 'dataset.yaml');
      writeFileSync(
        config,
        stringify({ step: '1s', columns: ['forks_per_second'], stream: { heartbeat: '50ms' } }),
      );
      const web = join(folder, 'web.yml');
      writeFileSync(web, stringify({ basic_auth_users: { reader: bcrypt.hashSync('secret', 4) } }));
      args = ['--config', config, '--prometheus', prometheus.url, '--web.config.file', web];
      stream = await startStreamProcess(args);
      stops.push(() => stream.stop());
    });

    after(async () => {
      for (const stop of stops.toReversed()) await stop();
    });

    it('serves only those who have the password', async () => {
      for (const path of ['/stream', '/metrics'])
        expect((await fetch(`${stream.url}${path}`)).status, path).to.equal(401);
      const records = await readNdjson(`${stream.url}/stream`, {
        headers: USER,
        until: ({ type }) => type === 'step',
      });
      const rows = records.filter(({ type }) => type === 'row');
      expect(rows.map(({ row }) => (row as { node: string }).node)).to.deep.equal(['n']);
      // A kubelet has no password for its probes.
      expect((await fetch(`${stream.url}/-/ready`)).status).to.equal(200);
    });

    it('sends events with heartbeats between them', async () => {
      const response = await open(`${stream.url}/stream`, { ...USER, accept: 'text/event-stream' });
      let text = '';
      for await (const part of response as AsyncIterable<string>) {
        text += part;
        if (text.includes('event: step') && text.includes(': heartbeat')) break;
      }
      expect(parseEvents(text).map(({ event }) => event)).to.include.members([undefined, 'row', 'step']);
    });

    it('tells of itself', async () => {
      const text = await (await fetch(`${stream.url}/metrics`, { headers: USER })).text();
      expect(text).to.match(/^kubevigil_stream_rows_total [1-9]/m);
      expect(text).to.match(/^kubevigil_stream_last_closed_step_timestamp_seconds 1\d{9}/m);
      expect(text).to.match(/^kubevigil_stream_lag_seconds \d/m);
    });

    it('writes its log as --log.format and --log.level have it', async () => {
      const json = await startStreamProcess([...args, '--log.format=json', '--log.level=info']);
      await json.stop();
      const lines = json.log().trim().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).to.include('stopped');
      const { code, stderr } = await builder(['stream', ...args, '--listen=x', '--log.level=debug']);
      expect({ code, stack: /\n {4}at /.test(stderr) }).to.deep.equal({ code: 2, stack: true });
    });

    it('refuses an address in use', async () => {
      const address = stream.url.slice('http://'.length);
      const { code, stderr } = await builder(['stream', ...args, '--listen', address]);
      expect({ code, stderr }).to.deep.equal({
        code: 2,
        stderr: `kubevigil-builder: --listen ${address} is in use\n`,
      });
    });

    it('ends cleanly on SIGTERM, though a reader is there', async () => {
      const response = await open(`${stream.url}/stream`, USER);
      expect(await stream.stop()).to.deep.equal({ code: 0, signal: null });
      for await (const _ of response);
      expect(response.complete).to.equal(true);
      expect(stream.log()).to.contain('stopped');
    });
  });
});
