import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { NO_PODS } from '../../exporter/catalogue/model/reserved-pods.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

/** So that the hour lies in two days. */
const START_MS = Date.UTC(2026, 2, 28, 23, 30);
const SCRAPE_MS = 15_000;
const SCRAPES = 240;
const BORN = 120;
const at = (scrape: number) => START_MS + scrape * SCRAPE_MS;

const series = (
  name: string,
  labels: Record<string, string>,
  value: (scrape: number) => number | undefined,
): StoredSeries => ({
  labels: {
    __name__: name,
    job: 'kubevigil',
    instance: `${labels['node']}:24924`,
    cluster: 'lab',
    ...labels,
  },
  samples: Array.from({ length: SCRAPES }, (_, i) => i).flatMap((i) => {
    const found = value(i);
    return found === undefined ? [] : [[at(i), found] as const];
  }),
});

const CPU = 'kubevigil_container_cpu_seconds_total';
const MEMORY = 'kubevigil_container_memory_working_set_bytes';
const web = { node: 'a', namespace: 'shop', pod: 'web-0' };
const late = { node: 'a', namespace: 'shop', pod: 'late' };
const other = { node: 'b', namespace: 'bank', pod: 'web-0' };
const host = { node: 'a', namespace: '', pod: '', container: '' };
const STORED = [
  series('up', { node: 'a' }, () => 1),
  series('up', { node: 'b' }, () => 1),
  series(CPU, { ...web, container: 'nginx' }, (i) => 3.75 * i),
  series(CPU, { ...web, container: 'proxy' }, (i) => 1.875 * i),
  series(CPU, { ...late, container: 'job' }, (i) => (i >= BORN ? 30 + 15 * (i - BORN) : undefined)),
  series(CPU, { ...other, container: 'nginx' }, (i) => 7.5 * i),
  series(CPU, host, (i) => 1000 * i),
  // Each of them, so that a name that is added is left out as well.
  ...NO_PODS.filter((pod) => pod !== '').map((pod) => series(CPU, { ...host, pod }, (i) => 1000 * i)),
  series(MEMORY, { ...web, container: 'nginx' }, () => 100),
  series(MEMORY, { ...web, container: 'proxy' }, () => 11),
];

describe('builder with entity: pod', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), STORED);
    const lines = [
      `pod,cpu_burn,${at(40)},${at(44)},a,shop,web-0`,
      `node,fork_burst,${at(80)},${at(84)},a,,`,
      `alike,batch_job,${at(160)},${at(164)},a,,,benign`,
    ];
    writeFileSync(
      join(folder, 'episodes.csv'),
      `episode,scenario,start,end,node,namespace,pod,role\n${lines.map((line) => (line.split(',').length < 8 ? `${line},` : line)).join('\n')}\n`,
    );
  });

  after(() => prometheus.stop());

  const QUERY = `{name: memory, promql: 'sum by (cluster, node, namespace, pod) (${MEMORY})'}`;

  async function run(name: string, more: readonly string[] = [], command = 'build', config = 'entity: pod') {
    const output = join(folder, name);
    mkdirSync(output, { recursive: true });
    writeFileSync(
      `${output}.yaml`,
      `${config}\nscrapeInterval: 15s\ndelay: 0s\nlabels: [{episodes: episodes.csv}]\ncolumns: [container_cpu_cores, container_memory_working_set_bytes, ${QUERY}]\nsplit: {by: node}\n`,
    );
    const range = ['--start', String(at(0) / 1000), '--end', String(at(SCRAPES - 1) / 1000)];
    const args = ['--config', `${output}.yaml`, '--prometheus', prometheus.url, '--output', output];
    return { ...(await builder([command, ...args, ...range, ...more])), output };
  }

  const rows = (output: string, where = 'true') =>
    duckdb(
      `SELECT * EXCLUDE date FROM ${tableExpression(output, 'parquet')} WHERE ${where} ORDER BY cluster, node, namespace, pod, timestamp`,
    );

  it('has a row for each pod and step, without what belongs to no pod', async () => {
    const { code, stderr, output } = await run('pods');
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const manifest = manifestOf(output);
    expect(manifest.entity).to.equal('pod');
    expect(manifest.columns.slice(0, 8).map(({ name }) => name)).to.deep.equal([
      ...['timestamp', 'cluster', 'node', 'namespace', 'pod'],
      ...['container_cpu_cores', 'container_memory_working_set_bytes', 'memory'],
    ]);
    expect(manifest.entities).to.deep.equal([
      { cluster: 'lab', ...late },
      { cluster: 'lab', ...web },
      { cluster: 'lab', ...other },
    ]);
    const found = await rows(output, `pod = 'web-0' AND namespace = 'shop'`);
    expect(found).to.have.length(SCRAPES - 1);
    expect(found[9]).to.include({
      container_cpu_cores: 0.375,
      container_memory_working_set_bytes: 111,
      memory: 111,
    });
    const born = await rows(output, `pod = 'late'`);
    expect(born).to.have.length(SCRAPES - BORN);
    // Other pods of the metric were there before: it has counted from zero.
    expect(born.slice(0, 2).map((row) => row['container_cpu_cores'])).to.deep.equal([2, 1]);
    const verified = await builder(['verify', output]);
    expect(verified).to.include({ code: 0, stderr: '' });
    expect(await builder(['report', output])).to.include({ code: 0, stderr: '' });
  });

  it('labels the pod that an episode names, and none where it names the node alone', async () => {
    const { output } = await run('labelled');
    const labels = async (pod: string, scrape: number) => {
      const [row] = await rows(
        output,
        `namespace = 'shop' AND pod = '${pod}' AND epoch_ms(timestamp) = ${at(scrape)}`,
      );
      return [row?.['label'], row?.['anomaly'], row?.['episode'], row?.['phase']];
    };
    expect(await labels('web-0', 42)).to.deep.equal(['cpu_burn', 1, 'pod', 'attack']);
    // The column that is an expression remembers the attack for as long as the server's lookback.
    expect(await labels('web-0', 60)).to.deep.equal(['normal', 0, null, 'recovery']);
    expect(await labels('web-0', 72)).to.deep.equal(['normal', 0, null, 'normal']);
    expect(await labels('web-0', 82)).to.deep.equal([null, null, 'node', null]);
    expect(await labels('web-0', 162)).to.deep.equal(['normal', 0, 'alike', 'normal']);
    expect(await labels('late', 162)).to.deep.equal(['normal', 0, 'alike', 'normal']);
    const elsewhere = await rows(output, `node = 'b' AND (label IS NULL OR label <> 'normal')`);
    expect(elsewhere).to.deep.equal([]);
    const nodes = await run('nodes', [], 'build', 'entity: node').then(({ stderr }) => stderr);
    expect(nodes).to.contain('columns: a node has no column container_cpu_cores');
  });

  it('gives the same rows by the other way of reading, in shards, and by updates', async () => {
    const whole = manifestOf((await run('whole')).output);
    const query = await run('query', [], 'build', 'entity: pod\nreading: query');
    expect(manifestOf(query.output).rowsDigest).to.equal(whole.rowsDigest);
    for (const shard of ['0/2', '1/2']) {
      expect(await run('shards', ['--shard', shard])).to.include({ code: 0 });
    }
    expect(await builder(['merge', join(folder, 'shards')])).to.include({ code: 0, stderr: '' });
    expect(manifestOf(join(folder, 'shards')).rowsDigest).to.equal(whole.rowsDigest);
    for (const scrape of [50, 121, 200, SCRAPES - 1]) {
      const { code, stderr } = await run('updated', ['--end', String(at(scrape) / 1000)], 'update');
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    }
    expect(manifestOf(join(folder, 'updated')).rowsDigest).to.equal(whole.rowsDigest);
  });
});
