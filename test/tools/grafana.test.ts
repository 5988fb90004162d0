import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { findGrafana, startGrafana } from '../../tools/demo/grafana.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryPaths } from '../support/temporary.ts';

/** Stands for Grafana, which cannot be had here: answers where it is told to, and writes down what it was told. */
const STUB = `#!${process.execPath}
const { GF_SERVER_HTTP_ADDR: host, GF_SERVER_HTTP_PORT: port } = process.env;
require('node:fs').writeFileSync(process.env.GF_PATHS_DATA + '.json', JSON.stringify({ args: process.argv.slice(2), env: process.env }));
require('node:http').createServer((_, response) => response.end('{"database":"ok"}')).listen(Number(port), host);
`;

/** Variables that Grafana fills into a provisioning file. */
function variablesOf(file: string): string[] {
  const text = readFileSync(join(ROOT, 'grafana', 'provisioning', file), 'utf8');
  return (text.match(/\$[A-Z_]+/g) ?? []).map((name) => name.slice(1));
}

describe('npm run demo -- --grafana', () => {
  const path = temporaryPaths();
  const before = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = before;
  });

  function install(): void {
    mkdirSync(path('opt', 'bin'), { recursive: true });
    mkdirSync(path('opt', 'conf'));
    writeFileSync(path('opt', 'conf', 'defaults.ini'), '');
    writeFileSync(path('opt', 'bin', 'grafana'), STUB);
    chmodSync(path('opt', 'bin', 'grafana'), 0o755);
    process.env['PATH'] = [path('opt', 'bin'), before].join(delimiter);
  }

  it('says in one line what to do where there is none', () => {
    process.env['PATH'] = path('nowhere');
    expect(findGrafana).to.throw(/^there is no grafana on PATH: install it .*$/);
  });

  it('starts it on loopback, with what its provisioning files ask for, and ends it', async () => {
    install();
    const installed = findGrafana();
    expect(installed.home).to.equal(path('opt'));
    const grafana = await startGrafana(installed, path(), 'http://127.0.0.1:9', '1s');
    const told = JSON.parse(readFileSync(path('grafana.json'), 'utf8')) as {
      args: string[];
      env: Record<string, string>;
    };
    await grafana.stop();
    expect(told.args).to.deep.equal(['server', `--homepath=${path('opt')}`]);
    expect(told.env).to.include({
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      KUBEVIGIL_PROMETHEUS_URL: 'http://127.0.0.1:9',
      KUBEVIGIL_SCRAPE_INTERVAL: '1s',
    });
    const asked = ['datasources/prometheus.yaml', 'dashboards/kubevigil.yaml'].flatMap(variablesOf);
    expect(asked).not.to.be.empty;
    expect(told.env).to.include.all.keys(asked);
    expect(
      readFileSync(join(told.env['KUBEVIGIL_DASHBOARDS'] ?? '', 'kubevigil-node.json'), 'utf8'),
    ).not.to.equal('');
    expect(grafana.process.exitCode ?? grafana.process.signalCode).not.to.equal(null);
  });

  it('says what it wrote last where it does not start', async () => {
    install();
    writeFileSync(path('opt', 'bin', 'grafana'), '#!/bin/sh\necho no such database\nexit 1\n');
    const failure = await startGrafana(findGrafana(), path(), 'http://127.0.0.1:9', '1s').then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).to.equal('grafana ended at once: no such database');
  });
});
