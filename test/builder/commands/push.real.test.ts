import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Child, startChild, waitForChild } from '../../../tools/programs/child.ts';
import { freePort } from '../../../tools/programs/ports.ts';
import { answers, type RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { program } from '../../support/programs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { FLEET_START_MS, fleet } from '../support/fleet.ts';
import { serverThat } from '../support/server.ts';
import { prometheusWith } from '../support/tsdb.ts';

const at = (minutes: number) => new Date(FLEET_START_MS + minutes * 60_000).toISOString();

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly [metric: string]: unknown;
}

describe('builder with a Pushgateway', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  let gateway: Child;
  let url: string;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(61));
    url = `http://127.0.0.1:${await freePort()}`;
    const file = await program('prometheus-pushgateway');
    const listen = `--web.listen-address=${new URL(url).host}`;
    gateway = startChild(file, [listen], join(folder, 'pushgateway.log'));
    await waitForChild(gateway, 'the Pushgateway to become ready', (signal) =>
      answers(`${url}/-/ready`, signal),
    );
  });

  after(async () => {
    await gateway?.stop();
    await prometheus?.stop();
  });

  async function run(command: 'build' | 'update', pushgateway: string, config: object, more: string[] = []) {
    const file = join(folder, 'dataset.yaml');
    const whole = { prometheus: { url: prometheus.url }, scrapeInterval: '15s', start: at(0), ...config };
    writeFileSync(file, JSON.stringify(whole));
    return builder([command, '--config', file, '--metrics.pushgateway', pushgateway, ...more]);
  }

  /** What the gateway has, by `dataset` and `shard`. */
  async function groups(): Promise<Map<string, Group>> {
    const { data } = (await (await fetch(`${url}/api/v1/metrics`)).json()) as { data: Group[] };
    return new Map(data.map((group) => [`${group.labels['dataset']} ${group.labels['shard'] ?? ''}`, group]));
  }

  function told(group: Group | undefined, metric: string): number {
    const { metrics } = (group?.[metric] ?? { metrics: [] }) as { metrics: { value: string }[] };
    return Number(metrics[0]?.value);
  }

  it('tells rows, gaps, duration and watermark, each dataset in a group of its own', async () => {
    const one = { about: { name: 'one' }, output: join(folder, 'a') };
    expect(await run('update', url, { ...one, end: at(60) })).to.include({ code: 0, stderr: '' });
    expect(await run('build', `${url}/`, { output: join(folder, 'two & more'), end: at(30) })).to.include({
      code: 0,
      stderr: '',
    });
    const shards = ['--shard', '1/2'];
    expect(await run('build', url, { output: join(folder, 'c'), end: at(30) }, shards)).to.include({
      code: 0,
    });
    expect(await run('update', url, { ...one, end: at(90) })).to.include({ code: 0, stderr: '' });
    const found = await groups();
    expect([...found.keys()].sort()).to.deep.equal(['c 1-of-2', 'one ', 'two & more ']);
    const group = found.get('one ');
    expect(group?.labels).to.deep.equal({ job: 'kubevigil-builder', dataset: 'one' });
    const { rows, gaps, watermark } = manifestOf(join(folder, 'a'));
    expect(gaps.length).to.be.greaterThan(0);
    expect(told(group, 'kubevigil_dataset_rows')).to.equal(rows);
    expect(told(group, 'kubevigil_dataset_gaps')).to.equal(gaps.length);
    expect(told(group, 'kubevigil_dataset_watermark_timestamp_seconds')).to.equal(
      Date.parse(watermark) / 1000,
    );
    expect(told(group, 'kubevigil_dataset_build_duration_seconds')).to.be.within(0.001, 100);
    expect(group?.['last_push_successful']).to.equal(true);
  });

  it('says nothing of a run that fails', async () => {
    const before = [...(await groups()).keys()].sort();
    const failed = await run('build', url, {
      output: join(folder, 'failed'),
      start: at(-600),
      end: at(-500),
    });
    expect(failed.code).to.equal(2);
    expect([...(await groups()).keys()].sort()).to.deep.equal(before);
  });

  it('warns when nothing or somebody else is there, without the password, and the dataset stands', async () => {
    const refusing = await serverThat((_, response) => response.writeHead(500).end());
    try {
      for (const [i, wrong] of ['http://me:secret@127.0.0.1:1', refusing.url].entries()) {
        const output = join(folder, `alone ${i}`);
        const { code, stdout, stderr } = await run('build', wrong, { output, end: at(10) });
        expect(code).to.equal(0);
        expect(stdout).to.include('written to');
        expect(stderr).to.match(
          /^[^\n]*level=warn msg="the metrics could not be pushed" url=\S+ error=[^\n]*\n$/,
        );
        expect(stderr).not.to.include('secret');
        expect(manifestOf(output).rows).to.be.greaterThan(0);
      }
    } finally {
      await refusing.close();
    }
  });

  for (const command of ['build', 'update'] as const) {
    it(`${command}: --log.format and --log.level are the log's`, async () => {
      const config = { output: join(folder, `log of ${command}`), end: at(10) };
      const nobody = 'http://127.0.0.1:1';
      const { stderr } = await run(command, nobody, config, ['--log.format=json']);
      expect(JSON.parse(stderr)).to.include({ level: 'warn', msg: 'the metrics could not be pushed' });
      expect(await run(command, nobody, config, ['--log.level=error'])).to.include({ code: 0, stderr: '' });
    });
  }

  it('refuses what is no URL', async () => {
    const { code, stderr } = await run('build', 'pushgateway:9091', {});
    expect({ code, stderr }).to.deep.equal({
      code: 2,
      stderr: 'kubevigil-builder: --metrics.pushgateway: must be a URL such as http://pushgateway:9091\n',
    });
  });
});
