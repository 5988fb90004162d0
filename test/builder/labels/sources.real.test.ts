import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { duckdb, manifestOf, tableExpression } from '../support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet, SCRAPE_MS } from '../support/fleet.ts';
import { prometheusWith, type StoredSeries } from '../support/tsdb.ts';

const AT = FLEET_START_MS;
const MINUTE_MS = 60_000;

interface Told {
  readonly episode: string;
  readonly scenario: string;
  readonly node: string;
  readonly role: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Ends and starts that lie nowhere near a step or a scrape. */
const CAMPAIGN: readonly Told[] = [
  {
    episode: 'e1',
    scenario: 'cpu_burn',
    node: 'node-a',
    role: 'victim',
    startMs: AT + 601_234,
    endMs: AT + 721_777,
  },
  {
    episode: 'e2',
    scenario: 'batch_job',
    node: 'node-a',
    role: 'benign',
    startMs: AT + 1_500_001,
    endMs: AT + 1_620_000,
  },
  {
    episode: 'e3',
    scenario: 'port_scan',
    node: 'node-b',
    role: 'attacker',
    startMs: AT + 2_999_999,
    endMs: AT + 3_045_001,
  },
  {
    episode: 'e3',
    scenario: 'port_scan',
    node: 'node-a',
    role: 'victim',
    startMs: AT + 2_999_999,
    endMs: AT + 3_045_001,
  },
];

/** How the scenarios expose an episode: the start at once, the end once it is over, both for ten minutes after. */
function exposed({ startMs, endMs, ...labels }: Told, forgottenMs = 10 * MINUTE_MS): StoredSeries[] {
  const target = { job: 'scenarios', instance: 'scenarios:24925' };
  const series = (name: string, fromMs: number, value: number): StoredSeries => {
    const first = Math.ceil(fromMs / SCRAPE_MS) * SCRAPE_MS + 4_321;
    const count = Math.max(0, Math.floor((endMs + forgottenMs - first) / SCRAPE_MS));
    const samples = Array.from({ length: count }, (_, i) => [first + i * SCRAPE_MS, value / 1000] as const);
    return { labels: { __name__: name, ...labels, ...target }, samples };
  };
  return [
    series('kubevigil_scenario_start_timestamp_seconds', startMs, startMs),
    series('kubevigil_scenario_end_timestamp_seconds', endMs, endMs),
  ].filter(({ samples }) => samples.length > 0);
}

/** Fires on node-b for three evaluations at 00:10, and is zero at other times. */
const ALERT: StoredSeries = {
  labels: { __name__: 'noisy', host: 'node-b', job: 'rules', instance: 'x' },
  samples: Array.from({ length: 480 }, (_, i) => {
    const ms = AT + i * SCRAPE_MS;
    return [ms, ms >= AT + 70 * MINUTE_MS && ms < AT + 70 * MINUTE_MS + 3 * SCRAPE_MS ? 1 : 0] as const;
  }),
};

const LABEL_COLUMNS = 'timestamp, node, label, anomaly, episode, role, phase, split';

describe('builder label sources', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    const lost: Told = {
      ...CAMPAIGN[0],
      episode: 'lost',
      startMs: AT + 90 * MINUTE_MS,
      endMs: AT + 100 * MINUTE_MS,
    } as Told;
    const open: Told = {
      ...CAMPAIGN[0],
      episode: 'open',
      node: 'node-b',
      startMs: FLEET_END_MS - 2 * MINUTE_MS,
      endMs: FLEET_END_MS,
    } as Told;
    const others = [exposed(lost, 0), exposed(open, MINUTE_MS).slice(0, 1)].flat().map((series) => ({
      ...series,
      labels: { ...series.labels, __name__: String(series.labels['__name__']), job: 'killed' },
    }));
    const stored = [...fleet(11), ...CAMPAIGN.flatMap((told) => exposed(told)), ...others, ALERT];
    prometheus = await prometheusWith(join(folder, 'prometheus'), stored);
    const lines = CAMPAIGN.map((told) => [
      told.episode,
      told.scenario,
      told.startMs,
      told.endMs,
      told.node,
      told.role,
    ]);
    writeFileSync(
      join(folder, 'episodes.csv'),
      `episode,scenario,start,end,node,role\n${lines.join('\n')}\n`,
    );
  });

  after(() => prometheus.stop());

  async function build(name: string, labels: string, reading = 'auto') {
    mkdirSync(join(folder, name));
    const config = join(folder, `${name}.yaml`);
    writeFileSync(
      config,
      `scrapeInterval: 15s\nreading: ${reading}\ncolumns: [cpu_busy_ratio]\nlabels: ${labels}\n`,
    );
    const output = join(folder, name);
    const ended = await builder([
      ...['build', '--config', config, '--prometheus', prometheus.url, '--output', output],
      ...['--start', String(FLEET_START_MS / 1000), '--end', String(FLEET_END_MS / 1000)],
    ]);
    return { ...ended, output };
  }

  const rows = (output: string, where = 'true') =>
    duckdb(
      `SELECT ${LABEL_COLUMNS} FROM ${tableExpression(output, 'parquet')} WHERE ${where} ORDER BY node, timestamp`,
    );

  for (const reading of ['remote-read', 'query']) {
    it(`labels by the metric as by episodes.csv of the same campaign, to the step (${reading})`, async () => {
      const file = await build(`file-${reading}`, '[{episodes: episodes.csv}]', reading);
      const metric = await build(`metric-${reading}`, `[{metric: {selector: 'job="scenarios"'}}]`, reading);
      expect(metric).to.include({ code: 0, stderr: '' });
      const expected = await rows(file.output);
      expect(expected.filter((row) => row['anomaly'] === 1).length).to.be.greaterThan(12);
      expect(await rows(metric.output)).to.deep.equal(expected);
      const [source] = manifestOf(metric.output).labels;
      expect(source).to.deep.equal({
        kind: 'metric',
        metric: 'kubevigil_scenario_start_timestamp_seconds',
        episodes: 4,
      });
    });
  }

  it('lets an episode without an end go on until it is seen no more, or to the last row', async () => {
    const { output } = await build('endless', `[{metric: {selector: 'job="killed"'}}]`);
    const lost = await rows(output, `episode = 'lost'`);
    // An outage of Prometheus' own is in the way of neither.
    expect(lost[0]?.['timestamp']).to.deep.equal(new Date(AT + 90 * MINUTE_MS));
    expect(lost.at(-1)?.['timestamp']).to.deep.equal(new Date(AT + 100 * MINUTE_MS - SCRAPE_MS));
    const open = await rows(output, `episode = 'open'`);
    expect(open.at(-1)?.['timestamp']).to.deep.equal(new Date(FLEET_END_MS));
    const { warnings } = manifestOf(output);
    expect(warnings.filter((text) => text.includes('was never seen to end'))).to.have.length(1);
    expect(warnings.join()).to.contain('metric episode lost on node-a was never seen to end');
  });

  it('labels the steps at which an expression is present and not zero', async () => {
    const { output } = await build('promql', '[{promql: noisy, scenario: noise, nodeLabel: host}]');
    const firing = await rows(output, `label = 'noise'`);
    const first = AT + 70 * MINUTE_MS;
    expect(firing.map((row) => [row['node'], (row['timestamp'] as Date).getTime()])).to.deep.equal(
      [0, 1, 2].map((step) => ['node-b', first + step * SCRAPE_MS]),
    );
    expect(firing[0]).to.include({
      episode: 'noise@2026-03-29T00:09:45.001Z',
      role: 'attack',
      phase: 'attack',
    });
    expect(manifestOf(output).labels).to.deep.equal([{ kind: 'promql', promql: 'noisy', episodes: 1 }]);
  });

  it('lets an earlier source go before a later one, and reports both kinds of conflict', async () => {
    const verdicts = 'episode,scenario,start,end,node,role';
    const noiseMs = AT + 70 * MINUTE_MS;
    writeFileSync(
      join(folder, 'verdicts.csv'),
      `${verdicts}\ne1,cpu_burn,${AT + 601_234},${AT + 660_000},node-a,victim\nv2,false_alarm,${noiseMs - 1},${noiseMs},node-b,benign\n`,
    );
    const promql = '{promql: noisy, scenario: noise, nodeLabel: host}';
    const { output } = await build(
      'several',
      `[{episodes: verdicts.csv}, {metric: {selector: 'job="scenarios"'}}, ${promql}]`,
    );
    const e1 = await rows(output, `episode = 'e1'`);
    expect(e1.at(-1)?.['timestamp']).to.deep.equal(new Date(AT + 660_000));
    // A benign workload of the first source against an attack of the last.
    expect((await rows(output, `label = 'noise'`)).length).to.equal(2);
    expect(await rows(output, `episode = 'e3'`)).to.have.length.greaterThan(3);
    const { conflicts, warnings } = manifestOf(output);
    expect(conflicts).to.have.length(1);
    expect(conflicts[0]).to.include({
      node: 'node-b',
      kept: 'v2',
      keptFrom: 'verdicts.csv line 3',
      ignoredFrom: 'promql noisy',
    });
    expect(
      warnings.filter((text) =>
        /^episode e1 on node-a: verdicts\.csv line 2 .* goes before metric episode e1/.test(text),
      ),
    ).to.have.length(1);
  });

  it('refuses what does not tell its node, and sources that say nothing', async () => {
    const { code, stderr } = await build('no-node', '[{promql: noisy, scenario: noise}]');
    expect({ code, lines: stderr.trim().split('\n').length }).to.deep.equal({ code: 2, lines: 1 });
    expect(stderr).to.contain('labels promql noisy: noisy{').and.to.contain('has no label node');
    const nameless = await build('nameless', '[{promql: noisy}]');
    expect(nameless.stderr).to.contain('labels.0: needs a scenario or a scenarioLabel');
    const wrong = await build('wrong', '[{promql: "noisy{", scenario: a}]');
    expect(wrong).to.include({ code: 2 });
    expect(wrong.stderr).to.contain('labels.0.promql: cannot be read as PromQL at its end');
    const ahead = await build('ahead', '[{promql: "noisy OFFSET -1m", scenario: a}]');
    expect(ahead).to.include({ code: 2 });
    expect(ahead.stderr).to.contain('labels.0.promql: may not look ahead');
  });
});
