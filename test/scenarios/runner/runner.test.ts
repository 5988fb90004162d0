import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { createLogger } from '../../../common/log.ts';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import { Ledger } from '../../../scenarios/ground-truth/ledger.ts';
import { truthMetrics } from '../../../scenarios/ground-truth/metrics.ts';
import { Runner } from '../../../scenarios/runner/runner.ts';
import { ScenarioRefusal } from '../../../scenarios/scenario/refusal.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const log = createLogger({ level: 'error', format: 'logfmt' }, () => {});

/** Why something does not happen. */
const refusal = (started: Promise<unknown>) =>
  started.then(
    () => 'it happened',
    (error: Error) => error.message,
  );

/** A scenario that notes when its effect is on; its undoing takes a moment. */
function recorded(name = 'fake', undoMs = 30) {
  const on: [number, number][] = [];
  const scenario: Scenario = {
    name,
    help: 'For tests.',
    role: 'attack',
    technique: 'T1499',
    moves: [],
    parameters: {},
    longestMs: 3_600_000,
    check: async () => {},
    async run({ durationMs }, signal) {
      const began = Date.now();
      await sleep(durationMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
      await sleep(undoMs);
      on.push([began, Date.now()]);
    },
  };
  return { scenario, on };
}

describe('running scenarios', () => {
  const path = temporaryPaths();
  const file = () => path('episodes.csv');
  const episodes = () => parseEpisodes(readFileSync(file(), 'utf8'), 'episodes.csv');
  const runnerOf = (maxRunning = 2) =>
    new Runner({
      subject: { node: 'node-7', namespace: 'shop', pod: 'web-0' },
      ledger: new Ledger(file(), Date.now()),
      maxRunning,
      log,
    });
  const options = (durationMs: number) => ({ durationMs, intensity: 0.5, folder: path() });

  it('writes the start before the cause begins and the end after its effect stopped', async () => {
    const runner = runnerOf();
    const seen: number[] = [];
    const { scenario, on } = recorded();
    const watched: Scenario = {
      ...scenario,
      async run(given, signal) {
        seen.push(episodes()[0]?.startMs ?? 0);
        await scenario.run(given, signal);
        seen.push(episodes()[0]?.endMs ?? 0);
      },
    };
    const running = await runner.start({ scenario: watched, episode: 'e1', run: 'r', options: options(50) });
    expect(running.outcome).to.equal('running');
    await running.over;
    expect(running.outcome).to.equal('completed');
    const [episode] = episodes();
    const [[began = 0, ended = 0] = []] = on;
    expect(seen[0]).to.equal(episode?.startMs);
    expect(episode?.startMs).to.be.at.most(began);
    expect(episode?.endMs).to.be.at.least(ended);
    // While it was on, the file said that it might last for its time and the undoing.
    expect(seen[1]).to.equal((episode?.startMs ?? 0) + 50 + 10_000);
    expect(episode).to.include({ node: 'node-7', namespace: 'shop', pod: 'web-0', role: 'attack', run: 'r' });
  });

  it('writes a line for each that suffers, with the same times', async () => {
    const runner = runnerOf();
    const { scenario } = recorded();
    const affects = [{ node: 'node-8', namespace: 'shop', pod: 'db-0' }];
    const running = await runner.start({ scenario, episode: 'e1', run: 'r', affects, options: options(20) });
    expect(runner.truth.open().map(({ node, pod }) => `${node} ${pod}`)).to.deep.equal([
      'node-7 web-0',
      'node-8 db-0',
    ]);
    await running.over;
    const [own, other] = episodes();
    expect(other).to.include({ node: 'node-8', pod: 'db-0', startMs: own?.startMs, endMs: own?.endMs });
    expect([own?.involvement, other?.involvement]).to.deep.equal(['attacker', 'victim']);
    expect(runner.truth.ended()).to.have.length(2);
  });

  it('waits, when it stops an episode, until nothing is left of it', async () => {
    const runner = runnerOf();
    const { scenario, on } = recorded();
    const running = await runner.start({ scenario, episode: 'e1', run: '', options: options(3_600_000) });
    await runner.stop('e1');
    expect(on).to.have.length(1);
    expect(running.outcome).to.equal('stopped');
    expect(episodes()[0]?.endMs).to.be.at.most(Date.now());
  });

  it('closes the episode of a scenario that fails, and says why', async () => {
    const runner = runnerOf();
    const { scenario } = recorded();
    const running = await runner.start({
      scenario: { ...scenario, run: () => Promise.reject(new Error('no such device\n  at line 1')) },
      episode: 'e1',
      run: '',
      options: options(50),
    });
    await running.over;
    expect(running).to.include({ outcome: 'failed', failure: 'no such device' });
    expect(episodes()[0]?.endMs).to.be.at.most(Date.now() + 1);
  });

  it('has no more than so many on at a time, each scenario once, and no name twice', async () => {
    const runner = runnerOf(2);
    const order = (name: string, episode: string) => ({
      scenario: recorded(name, 0).scenario,
      episode,
      run: '',
      options: options(3_600_000),
    });
    await runner.start(order('a', 'e1'));
    expect(await refusal(runner.start(order('a', 'e2')))).to.match(/a is on already/);
    expect(await refusal(runner.start(order('b', 'e1')))).to.match(/was an episode e1 already/);
    await runner.start(order('b', 'e3'));
    expect(await refusal(runner.start(order('c', 'e4')))).to.match(/2 scenarios are on/);
    await runner.close();
    expect(await refusal(runner.start(order('c', 'e5')))).to.match(/about to end/);
    expect(episodes().map(({ episode }) => episode)).to.deep.equal(['e1', 'e3']);
  });

  it('does not begin what the scenario refuses, and writes nothing of it', async () => {
    const runner = runnerOf();
    const { scenario, on } = recorded();
    const refuses: Scenario = {
      ...scenario,
      check: () => Promise.reject(new ScenarioRefusal('fake', 'needs Kubernetes')),
    };
    const order = { scenario: refuses, episode: 'e1', run: '', options: options(50) };
    expect(await refusal(runner.start(order))).to.equal('fake: needs Kubernetes');
    expect(on).to.deep.equal([]);
    expect(episodes()).to.deep.equal([]);
  });

  it('does not begin when the start cannot be written', async () => {
    const runner = runnerOf();
    const { scenario, on } = recorded();
    new Ledger(file(), Date.now()).record([]);
    expect(await refusal(runner.start({ scenario, episode: 'e1', run: '', options: options(50) }))).to.match(
      /written by somebody else/,
    );
    expect(on).to.deep.equal([]);
    expect(runner.running).to.deep.equal([]);
  });

  it('tells of episodes as metrics, also of those of the run before', async () => {
    const first = runnerOf();
    const { scenario } = recorded();
    await first.start({ scenario, episode: 'before', run: '', options: options(600_000) });
    // That run is killed: nobody closes its episode.
    const runner = runnerOf();
    const running = await runner.start({ scenario, episode: 'now', run: 'r', options: options(20) });
    const registry = truthMetrics(runner.truth);
    const labels =
      'scenario="fake",episode="now",node="node-7",namespace="shop",pod="web-0",role="attack",run="r",involvement="attacker"';
    const start = running.line.startMs / 1000;
    const during = await registry.metrics();
    expect(during).to.include(`kubevigil_scenario_active{${labels}} 1\n`);
    expect(during).to.include(`kubevigil_scenario_start_timestamp_seconds{${labels}} ${start}\n`);
    expect(during).not.to.include(`kubevigil_scenario_end_timestamp_seconds{${labels}}`);
    await running.over;
    const after = await registry.metrics();
    expect(after).to.include(`kubevigil_scenario_active{${labels}} 0\n`);
    expect(after).to.include(
      `kubevigil_scenario_end_timestamp_seconds{${labels}} ${running.line.endMs / 1000}\n`,
    );
    const before = episodes().find(({ episode }) => episode === 'before');
    expect(before?.endMs).to.be.at.most(Date.now());
    expect(after).to.match(
      new RegExp(`end_timestamp_seconds\\{[^}]*episode="before"[^}]*\\} ${(before?.endMs ?? 0) / 1000}\n`),
    );
    expect(runner.find('before')).to.deep.include({ outcome: 'stopped', affects: [] });
    await waitFor('the first to end', () => first.close().then(() => true));
  });
});
