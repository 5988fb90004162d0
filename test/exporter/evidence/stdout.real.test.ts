import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { EXPORTER } from '../../support/exporter.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { parseRecord } from './support.ts';

const WAIT_MS = 120_000;
/** Of a hundred records, more than a pipe holds. */
const LONG_LINE = `failed ${'x '.repeat(2_000)}`;

describe('kubevigil-exporter --events.output=stdout', () => {
  const folder = temporaryFolder();
  let at = '';
  let child: ChildProcess | undefined;
  let address = '';
  let out = '';

  beforeEach(async () => {
    at = folder();
    out = '';
    const rule = `{name: app, on: log, severity: info, mitre: T1110, description: A line., files: ['${at}/app.log'], condition: 'line.contains("failed")'}`;
    writeFileSync(join(at, 'rules.yaml'), `rules:\n  - ${rule}\n`);
    writeFileSync(join(at, 'app.log'), '');
    const args = ['--web.listen-address=127.0.0.1:0', '--kubernetes=off', `--rules.file=${at}/rules.yaml`];
    // Only what reads logs: whatever else happens on this machine is not this test's.
    const others = ['execs', 'connections', 'files', 'processes', 'sockets'].map(
      (name) => `--no-extractor.${name}`,
    );
    child = spawn(process.execPath, [EXPORTER, ...args, ...others, '--events.output=stdout'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, KUBECONFIG: '', KUBERNETES_SERVICE_HOST: '' },
    });
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    address = await waitFor('the exporter', () => /address=(127\.0\.0\.1:\d+)/.exec(log)?.[1], WAIT_MS);
  });
  afterEach(() => child?.kill('SIGKILL'));

  const read = () =>
    child?.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
  const scrape = async () => (await fetch(`http://${address}/metrics`)).text();
  const records = () =>
    out
      .split('\n')
      .filter((line) => line !== '')
      .map(parseRecord);

  it('has a line of JSON for each match and nothing else, and what waits when it is told to stop', async () => {
    read();
    appendFileSync(join(at, 'app.log'), 'failed 1\nfine\nfailed 2\n');
    await waitFor('both', async () => (await scrape()) !== '' && records().length === 2, WAIT_MS);
    expect(records().map(({ log }) => (log as { line: string }).line)).to.deep.equal([
      'failed 1',
      'failed 2',
    ]);
    appendFileSync(join(at, 'app.log'), 'failed 3\n');
    await scrape();
    child?.kill('SIGTERM');
    if (child !== undefined) await once(child, 'close');
    expect(records()).to.have.length(3);
  });

  it('holds nothing up when nobody reads it, and gives all that waited to who comes', async () => {
    appendFileSync(join(at, 'app.log'), `${LONG_LINE}\n`.repeat(90));
    await waitFor(
      'all to be written',
      async () => /events_written_total\{rule="app"\} 90$/m.test(await scrape()),
      WAIT_MS,
    );
    expect(out).to.equal('');
    expect(await scrape()).to.match(/^kubevigil_events_dropped_total 0$/m);
    read();
    await waitFor('all', () => records().length === 90, WAIT_MS);
  });
});
