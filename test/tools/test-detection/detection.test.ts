import { expect } from 'chai';
import fc from 'fast-check';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { NODE_COLUMNS, POD_COLUMNS } from '../../../scenarios/scenario/columns.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { detectionPage } from '../../../tools/generate/detection-page.ts';
import { detectionBatches } from '../../../tools/test-detection/batches.ts';
import { credited, isAbout, type Ran, type Sign } from '../../../tools/test-detection/credit.ts';
import { firings, rises } from '../../../tools/test-detection/observe.ts';
import type { Results } from '../../../tools/test-detection/results.ts';
import { UNTOLD } from '../../scenarios/support/attribution.ts';

const BEGIN_MS = 1_800_000_000_000;
const ran = (name: string, pod: string, own: Partial<Ran['scenario']> = {}): Ran => ({
  scenario: { name, moves: [], ...own },
  pod,
  startMs: BEGIN_MS,
});
const sign = (name: string, pod: string, seconds: number): Sign => ({
  name,
  pod,
  atMs: BEGIN_MS + seconds * 1000,
});

describe('batches for detection', () => {
  const told = fc.record({
    role: fc.constantFrom('attack' as const, 'benign' as const),
    moves: fc.uniqueArray(fc.constantFrom(...NODE_COLUMNS, ...POD_COLUMNS), { maxLength: 5 }),
  });

  it('have each scenario once, and no column of the machine that two attacks move', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (all, most) => {
        const scenarios = all.map((one, i) => ({ name: `s${i}`, ...one }));
        const batches = detectionBatches(scenarios, most);
        expect(batches.flat()).to.have.members(scenarios).and.have.length(scenarios.length);
        for (const batch of batches) {
          expect(batch.length).to.be.within(1, most);
          expect(new Set(batch.map(({ role }) => role)).size).to.equal(1);
          const named = batch.flatMap(({ moves }) => moves.filter((column) => UNTOLD.has(column)));
          if (batch[0]?.role === 'attack') expect(new Set(named).size).to.equal(named.length);
        }
      }),
    );
  });
});

describe('what is put down to a scenario', () => {
  const none = new Set<string>();

  it('is what names its pod, the earliest of each, after its start', () => {
    const signs = [
      sign('shell_in_container', 'p', 25),
      sign('shell_in_container', 'p', 10),
      sign('mining_port', 'p', -1),
      sign('exec_from_temp_path', 'q', 5),
      sign('exec_from_temp_path', 'elsewhere', 5),
    ];
    const found = credited(signs, [ran('a', 'p'), ran('b', 'q')], none);
    expect(found.get('a')).to.deep.equal([{ name: 'shell_in_container', seconds: 10 }]);
    expect(found.get('b')).to.deep.equal([{ name: 'exec_from_temp_path', seconds: 5 }]);
  });

  it('is not what a pod without a scenario shows as well', () => {
    const found = credited([sign('x', 'p', 3)], [ran('a', 'p')], new Set(['x']));
    expect(found.get('a')).to.deep.equal([]);
  });

  it('is what names no pod, where it is about what that one alone moves', () => {
    const forks = ran('a', 'p', { moves: ['forks_per_second'] });
    const files = ran('b', 'q', { moves: ['file_changes_per_second'], rules: ['canary_file_changed'] });
    const signs = [
      sign('KubevigilForkBurst', '', 40),
      sign('KubevigilFileChanged', '', 20),
      sign('canary_file_changed', '', 9),
      sign('KubevigilOomKills', '', 3),
    ];
    const found = credited(signs, [forks, files], none);
    expect(found.get('a')).to.deep.equal([{ name: 'KubevigilForkBurst', seconds: 40 }]);
    expect(found.get('b')?.map(({ name }) => name)).to.deep.equal([
      'canary_file_changed',
      'KubevigilFileChanged',
    ]);
    const two = credited(signs, [forks, ran('c', 'r', { moves: ['forks_per_second'] })], none);
    expect([...two.values()].flat()).to.deep.equal([]);
  });

  it('goes by the metrics of an expression, not by a part of their names', () => {
    expect(isAbout('node:kubevigil_forks_per_second:rate1m > 200', ['forks_per_second'])).to.equal(true);
    expect(isAbout('increase(kubevigil_oom_kills_total[10m]) > 0', ['oom_kills_per_second'])).to.equal(true);
    expect(isAbout('kubevigil_container_oom_kills_total > 0', ['oom_kills_per_second'])).to.equal(false);
    expect(isAbout('kubevigil_processes > 3', ['suspicious_processes'])).to.equal(false);
  });
});

describe('what Prometheus shows', () => {
  const values = (...all: (readonly [number, number])[]) =>
    all.map(([seconds, value]): [number, string] => [BEGIN_MS / 1000 + seconds, String(value)]);

  it('is when a count rose above what it was, also one that was born later', () => {
    const series = [
      { metric: { rule: 'a', pod: 'p' }, values: values([0, 4], [15, 4], [30, 9]) },
      { metric: { rule: 'b', pod: 'p' }, values: values([0, 4], [15, 4]) },
      { metric: { rule: 'c' }, values: values([15, 0], [30, 0], [45, 1]) },
      { metric: { rule: 'd', pod: 'q' }, values: values([15, 3]) },
    ];
    expect(rises(series, BEGIN_MS)).to.deep.equal([
      sign('a', 'p', 30),
      sign('c', '', 45),
      sign('d', 'q', 15),
    ]);
  });

  it('is when an alert about an attack began to fire, not one that fired before', () => {
    const series = [
      { metric: { alertname: 'KubevigilForkBurst' }, values: values([31, 1], [32, 1]) },
      { metric: { alertname: 'KubevigilSynFlood', pod: 'p' }, values: values([0, 1], [1, 1]) },
      { metric: { alertname: 'KubevigilCoverageLow' }, values: values([20, 1]) },
    ];
    expect(firings(series, BEGIN_MS)).to.deep.equal([sign('KubevigilForkBurst', '', 31)]);
  });
});

describe('the page of what was seen', () => {
  const scenario = (name: string, own: Partial<Scenario>) =>
    ({
      ...(SCENARIOS.find(({ needsCluster }) => needsCluster !== true) as Scenario),
      name,
      ...own,
    }) as Scenario;
  const [seen, unseen, benign, cluster] = [
    scenario('seen', { role: 'attack', rules: ['r1', 'r2'] }),
    scenario('unseen', { role: 'attack', rules: [] }),
    scenario('benign', { role: 'benign' }),
    scenario('cluster', { role: 'attack', needsCluster: true }),
  ] as [Scenario, Scenario, Scenario, Scenario];
  const results: Results = {
    date: '2026-11-28',
    kernel: '6.1',
    intervalSeconds: 15,
    scenarios: {
      seen: {
        seconds: 90,
        rules: [{ name: 'r1', seconds: 9 }],
        alerts: [{ name: 'KubevigilSniffer', seconds: 40 }],
      },
      unseen: { seconds: 90, rules: [], alerts: [] },
      benign: { seconds: 90, rules: [], alerts: [{ name: 'KubevigilSniffer', seconds: 50 }] },
    },
  };

  it('has the rules, those that did not match, the alerts, and the holes', () => {
    const page = detectionPage([seen, unseen, benign, cluster], results);
    expect(page).to.include(
      '| `seen` | `r1` 9 s | `r2` | [KubevigilSniffer](../../prometheus/runbooks/KubevigilSniffer.md) 40 s |',
    );
    expect(page).to.include('| `cluster` | not run: needs a cluster |');
    expect(page).to.include('Of 2 attacks that ran, 1 were seen by a rule, and an alert fired on 1.');
    expect(page).to.include('without a rule (the columns of the dataset move all the same): `unseen`.');
    expect(page).to.include('False alarms: `benign`.');
  });

  it('tells that nothing was run', () => {
    expect(detectionPage([seen], undefined))
      .to.include('There is no result yet.')
      .and.include('not run yet');
  });
});
