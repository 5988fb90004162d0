import { chmodSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { exporterProgram } from '../../exporter/program/command.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { type ExporterProcess, runExporter, startExporter } from '../support/exporter.ts';
import { fixturePaths } from '../support/fixture-host.ts';
import { parseOpenMetrics } from '../support/openmetrics.ts';
import { startPrometheus } from '../support/programs.ts';
import { promtoolCheck } from '../support/promtool.ts';
import { reachableRoot } from '../support/reachable.ts';
import { runHere } from '../support/run-here.ts';
import { parseSeries } from '../support/series.ts';
import { temporaryFolder } from '../support/temporary.ts';

const NOBODY = 65_534;

async function get(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  expect(response.status).to.equal(200);
  return response.text();
}

describe('kubevigil-exporter', () => {
  const folder = temporaryFolder();
  const running: ExporterProcess[] = [];
  const start = async (...args: Parameters<typeof startExporter>) => {
    const exporter = await startExporter(...args);
    running.push(exporter);
    return exporter;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map((exporter) => exporter.stop()));
  });

  it('exposes this machine, in a form that promtool finds nothing wrong with', async () => {
    const { address } = await start();
    await waitFor('the node to be described', async () =>
      (await get(`http://${address}/metrics`)).includes('\nkubevigil_node_info{'),
    );
    const page = await get(`http://${address}/metrics`);
    expect(await promtoolCheck(page)).to.equal('');
    const series = parseSeries(page);
    expect(series.get('kubevigil_extractor_success{extractor="cpu"}')).to.equal(1);
    expect(series.get('kubevigil_forks_total')).to.be.greaterThan(0);
    for (const name of ['cpu_seconds_total', 'resident_memory_bytes', 'open_fds', 'start_time_seconds']) {
      expect(series.get(`process_${name}`), name).to.be.greaterThan(0);
    }
  });

  it('is scraped as OpenMetrics by a real Prometheus', async () => {
    const { address } = await start();
    const accept = 'application/openmetrics-text;version=1.0.0';
    expect(parseOpenMetrics(await get(`http://${address}/metrics`, { accept })).size).to.be.greaterThan(10);
    const prometheus = await startPrometheus(folder(), {
      scrape_configs: [
        { job_name: 'kubevigil', scrape_interval: '1s', static_configs: [{ targets: [address] }] },
      ],
    });
    try {
      const target = await waitFor('the first scrape', async () => {
        const answer = await get(`${prometheus.url}/api/v1/targets`);
        const { data } = JSON.parse(answer) as {
          data: { activeTargets: { health: string; lastError: string }[] };
        };
        return data.activeTargets.find(({ health }) => health !== 'unknown');
      });
      expect(target).to.include({ health: 'up', lastError: '' });
    } finally {
      await prometheus.stop();
    }
  });

  it('takes its flags with = and without, the node from the environment, and logs JSON', async () => {
    const args = ['--web.telemetry-path', '/m', '--no-extractor.filesystem', '--log.format=json'];
    const { address, log } = await start(args, { env: { NODE_NAME: 'node-<7>' } });
    expect(JSON.parse(log().split('\n')[0] ?? '')).to.include({
      msg: 'Listening on',
      address,
      node: 'node-<7>',
    });
    const page = await get(`http://${address}/m`);
    expect(page).not.to.match(/^kubevigil_filesystem/m);
    expect(await get(`http://${address}/`)).to.contain('node-&#60;7&#62;');
    expect((await fetch(`http://${address}/metrics`)).status).to.equal(404);
  });

  it('listens at several addresses', async () => {
    const { address, log } = await start(['--web.listen-address', '127.0.0.1:0']);
    await waitFor('the second address', () => log().split('Listening on').length === 3);
    const addresses = [...log().matchAll(/address=(\S+)/g)].map((match) => match[1]);
    expect(addresses).to.have.length(2).and.to.include(address);
    for (const each of addresses) await get(`http://${each}/-/ready`);
  });

  it('fails for what it may not read, exposes the rest, and says so in one line', async () => {
    const host = folder();
    cpSync(join(fixturePaths().procfs, '..'), host, { recursive: true, verbatimSymlinks: true });
    chmodSync(host, 0o755);
    chmodSync(join(host, 'proc', 'pressure', 'io'), 0o000);
    const paths = [`--path.procfs=${join(host, 'proc')}`, `--path.sysfs=${join(host, 'sys')}`];
    const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const options = () => {
      const { root, wrap } = reachableRoot(NOBODY, folder);
      return { root, wrap: [...wrap, ...asNobody] };
    };
    const { address, log } = await start(paths, process.getuid?.() === 0 ? options() : {});
    await get(`http://${address}/metrics`);
    const series = parseSeries(await get(`http://${address}/metrics`));
    const success = (name: string) => series.get(`kubevigil_extractor_success{extractor="${name}"}`);
    expect([success('pressure'), success('cpu'), success('network')]).to.deep.equal([0, 1, 1]);
    const waiting = 'kubevigil_pressure_waiting_seconds_total';
    expect(series.get(`${waiting}{resource="cpu"}`)).to.equal(8.537362);
    expect(series.has(`${waiting}{resource="io"}`)).to.equal(false);
    const lines = log()
      .split('\n')
      .filter((line) => line.includes('extractor=pressure'));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.contain('level=warn').and.to.contain('proc/pressure/io: EACCES');
  });

  describe('refuses in one line and with code 2', () => {
    type Case = [name: string, args: string[], message: string];
    const cases: Case[] = [
      ['an unknown flag', ['--rules.fil=x'], "unknown option '--rules.fil=x'"],
      ['an extractor that there is not', ['--no-extractor.x'], "unknown option '--no-extractor.x'"],
      ['an argument', ['serve'], 'too many arguments'],
      ['an address without a port', ['--web.listen-address=localhost'], 'is not host:port'],
      ['an unknown level', ['--log.level=loud'], 'Allowed choices are debug, info, warn, error'],
      ['a path that is none', ['--web.telemetry-path=metrics'], 'It is a path such as /metrics'],
      ['a path of another page', ['--web.telemetry-path=/'], 'It is a path such as /metrics'],
    ];
    /** Found out when it has begun to start, which is done by a process of its own. */
    const begun: Case[] = [
      [
        'an address of another machine',
        ['--web.listen-address=192.0.2.1:0'],
        'is not an address of this machine',
      ],
      ['a procfs that is none', ['--path.procfs=/nowhere'], '--path.procfs /nowhere is no proc filesystem'],
    ];
    const whole = (args: readonly string[]) => ['--web.listen-address=127.0.0.1:0', ...args];
    for (const [name, args, message] of [...cases, ...begun]) {
      it(name, async () => {
        const isBegun = begun.some(([own]) => own === name);
        const { code, stderr, stdout } = await (isBegun
          ? runExporter(whole(args))
          : runHere(exporterProgram, whole(args)));
        expect(stderr).to.match(/^kubevigil-exporter: [^\n]+\n$/);
        expect(stderr).to.contain(message);
        expect([code, stdout]).to.deep.equal([2, '']);
      });
    }

    it('an address in use', async () => {
      const { address } = await start();
      const { code, stderr } = await runExporter([`--web.listen-address=${address}`]);
      expect([code, stderr]).to.deep.equal([
        2,
        `kubevigil-exporter: --web.listen-address ${address} is in use\n`,
      ]);
    });

    it('with the stack below the line at --log.level=debug', async () => {
      const { stderr } = await runExporter(['--web.listen-address=x', '--log.level=debug']);
      expect(stderr).to.match(/^kubevigil-exporter: [^\n]+\nUsageError: [^\n]+\n {4}at /);
    });
  });

  it('prints its version', async () => {
    const { code, stdout } = await runExporter(['--version']);
    expect([code, stdout]).to.deep.equal([0, '0.1.0\n']);
  });
});
