import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { builder } from '../../builder/support/cli.ts';
import { duckdb, manifestOf, tableExpression } from '../../builder/support/dataset.ts';
import { referenceLabels } from '../../builder/support/reference-labels.ts';
import { prometheusWith } from '../../builder/support/tsdb.ts';
import { temporaryPaths } from '../../support/temporary.ts';
import { scenarios, startScenarios } from '../support/service.ts';

const STEP_MS = 1_000;

/** A chain whose mining lies within its exfiltration, then one that comes back three times and does little. */
const PLAN = {
  name: 'night',
  seed: 3,
  step: '1s',
  normal: '3s',
  recovery: '1s',
  background: { requestsPerSecond: 1 },
  chains: [
    {
      name: 'intrusion',
      stages: [
        { stage: 'scan', scenario: 'port_scan', duration: '1500ms', intensity: 0.05 },
        { stage: 'break-in', scenario: 'brute_force', pause: '1s', duration: '2s', intensity: 0.05 },
        { stage: 'exfiltration', scenario: 'disk_thrash', at: '7s', duration: '6s', intensity: 0.02 },
        { stage: 'mining', scenario: 'cpu_burn', at: '9s', duration: '2s', intensity: 0.05 },
      ],
    },
    {
      name: 'slow',
      stages: [
        {
          stage: 'break-in',
          scenario: 'brute_force',
          repetitions: 3,
          every: '4s',
          duration: '1s',
          intensity: 0.02,
        },
      ],
    },
  ],
};

interface Row {
  readonly t: number;
  readonly label: string;
  readonly anomaly: number;
  readonly episode: string | null;
  readonly phase: string;
  readonly run: string | null;
  readonly split: string;
}

describe('a campaign of chains', () => {
  const path = temporaryPaths();
  let prometheus: RunningPrometheus | undefined;
  afterEach(() => prometheus?.stop());

  /** What an exporter would have told of the node in the meantime: it is there, and idle. */
  async function node(startMs: number, endMs: number): Promise<RunningPrometheus> {
    const times = Array.from(
      { length: Math.ceil((endMs - startMs) / STEP_MS) + 1 },
      (_, i) => startMs + i * STEP_MS,
    );
    const labels = { job: 'kubevigil', instance: 'here:1', node: 'here' };
    const series = (more: Record<string, string>, of: (i: number) => number) => ({
      labels: { ...labels, ...more },
      samples: times.map((ms, i) => [ms, of(i)] as const),
    });
    return prometheusWith(path('prometheus'), [
      series({ __name__: 'up' }, () => 1),
      series({ __name__: 'kubevigil_memory_bytes', state: 'available' }, (i) => 1e9 + i),
      series({ __name__: 'kubevigil_memory_bytes', state: 'used' }, (i) => 2e9 - i),
    ]);
  }

  it('has labels by stage, exact to the step, and its whole in the manifest', async () => {
    writeFileSync(path('plan.yaml'), JSON.stringify(PLAN));
    const startMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
    const args = [
      'run',
      path('plan.yaml'),
      `--episodes=${path('episodes.csv')}`,
      `--scratch=${path()}`,
      '--node-name=here',
    ];
    const ended = await scenarios(args, { env: { MARK: path() } });
    expect(ended.code, ended.stderr).to.equal(0);
    const endMs = Math.ceil(Date.now() / STEP_MS) * STEP_MS;

    const episodes: Episode[] = parseEpisodes(readFileSync(path('episodes.csv'), 'utf8'), 'episodes.csv');
    const run = episodes[0]?.run ?? '';
    const of = (chain: string) => episodes.filter((episode) => episode.chain === `${run}-${chain}`);
    const stage = (name: string) => of('intrusion-1').find((episode) => episode.stage === name) as Episode;
    expect(of('intrusion-1').map((one) => one.stage)).to.have.members([
      'scan',
      'break-in',
      'exfiltration',
      'mining',
    ]);
    expect(stage('break-in').startMs).to.be.at.least(stage('scan').endMs + 900);
    // Mining and exfiltration were on at once, as planned.
    expect(stage('mining').startMs).to.be.within(stage('exfiltration').startMs, stage('exfiltration').endMs);
    expect(of('slow-1').map((one) => one.stage)).to.deep.equal(['break-in', 'break-in', 'break-in']);
    expect(new Set(episodes.map(({ episode }) => episode)).size)
      .to.equal(episodes.length)
      .and.to.equal(7);

    prometheus = await node(startMs - 5 * STEP_MS, endMs + 30 * STEP_MS);
    const config = {
      prometheus: { url: prometheus.url },
      ...{ scrapeInterval: '1s', step: '1s', delay: '0s', columns: ['memory_used_ratio'] },
      ...{ start: new Date(startMs).toISOString(), end: new Date(endMs + 5 * STEP_MS).toISOString() },
      labels: [{ episodes: path('episodes.csv') }],
      split: { by: 'episode', embargo: '1s' },
    };
    writeFileSync(path('dataset.yaml'), JSON.stringify(config));
    // The rows after the campaign are not of the future any more.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, endMs + 6 * STEP_MS - Date.now())));
    const built = await builder(['build', `--config=${path('dataset.yaml')}`, `--output=${path('set')}`]);
    expect(built.code, built.stderr).to.equal(0);
    const rows = (await duckdb(
      `SELECT epoch_ms("timestamp") AS t, label, anomaly, episode, phase, run, split FROM ${tableExpression(path('set'), 'parquet')} ORDER BY t`,
    )) as unknown as Row[];

    const manifest = manifestOf(path('set'));
    const timesMs = Float64Array.from(rows, ({ t }) => Number(t));
    const times = {
      firstMs: timesMs[0] as number,
      lastMs: timesMs.at(-1) as number,
      stepMs: STEP_MS,
      recoveryMs: STEP_MS,
    };
    const wanted = referenceLabels(episodes, { cluster: '', node: 'here', timesMs, features: [] }, times);
    expect(
      rows.map(({ label, anomaly, episode, phase, run: own }) => ({
        label,
        anomaly,
        episode,
        phase,
        run: own,
      })),
    ).to.deep.equal(
      wanted.map(({ label, anomaly, episode, phase, run: own }) => ({
        label,
        anomaly,
        episode,
        phase,
        run: own,
      })),
    );
    // Every stage labels rows: of two that are on at once the one that began first.
    const seen = new Set(rows.flatMap(({ episode }) => episode ?? []));
    for (const { episode, stage: name } of episodes)
      if (name !== 'mining') expect(seen, name).to.include(episode);
    expect(manifest.conflicts.map(({ kept, ignored }) => [kept, ignored])).to.deep.include([
      stage('exfiltration').episode,
      stage('mining').episode,
    ]);

    // The whole, with the time between its stages, is told beside; and no part of the split cuts it.
    expect(manifest.chains?.map(({ chain }) => chain)).to.have.members([
      `${run}-intrusion-1`,
      `${run}-slow-1`,
    ]);
    for (const { chain, start, end, stages } of manifest.chains ?? []) {
      const own = episodes.filter((one) => one.chain === chain);
      expect(Date.parse(start)).to.equal(Math.min(...own.map((one) => one.startMs)));
      expect(Date.parse(end)).to.equal(Math.max(...own.map((one) => one.endMs)));
      for (const part of stages) {
        const its = own.filter((one) => one.stage === part.stage);
        expect([part.start, part.end].map((time) => Date.parse(time))).to.deep.equal([
          Math.min(...its.map((one) => one.startMs)),
          Math.max(...its.map((one) => one.endMs)),
        ]);
      }
      const within = rows.filter(({ t }) => Number(t) >= Date.parse(start) && Number(t) <= Date.parse(end));
      expect(new Set(within.map(({ split }) => split)).size, chain).to.equal(1);
    }
    expect((await builder(['verify', path('set')])).code).to.equal(0);
  });

  it('leaves a chain in its middle when it is interrupted, with every episode closed', async () => {
    writeFileSync(
      path('plan.yaml'),
      JSON.stringify({
        ...PLAN,
        normal: '100ms',
        chains: [
          {
            name: 'c',
            stages: [
              { stage: 'mining', scenario: 'cpu_burn', duration: '1h', intensity: 0.02 },
              { stage: 'scan', scenario: 'port_scan', at: '500ms', duration: '1h', intensity: 0.02 },
              { stage: 'never', scenario: 'brute_force', duration: '1s' },
            ],
          },
        ],
      }),
    );
    const { child, written, ended } = startScenarios([
      'run',
      path('plan.yaml'),
      `--episodes=${path('episodes.csv')}`,
      `--scratch=${path()}`,
      '--node-name=here',
    ]);
    await waitFor(
      'both stages',
      () => /Stage mining begins/.test(written.stderr) && /Stage scan begins/.test(written.stderr),
    );
    await waitFor('their lines', () => readFileSync(path('episodes.csv'), 'utf8').split('\n').length >= 4);
    child.kill('SIGTERM');
    expect((await ended).code).to.equal(130);
    const episodes = parseEpisodes(readFileSync(path('episodes.csv'), 'utf8'), 'episodes.csv');
    expect(episodes.map(({ stage }) => stage)).to.have.members(['mining', 'scan']);
    for (const { endMs } of episodes) expect(endMs).to.be.at.most(Date.now());
  });
});
