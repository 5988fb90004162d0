import { expect } from 'chai';
import { METRICS } from '../../../exporter/catalogue/index.ts';
import { coverageLines } from '../../../scenarios/campaign/coverage.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { NUMBERED_METRICS } from '../../../scenarios/scenario/columns.ts';
import { coverageOf, type Moving } from '../../../scenarios/scenario/coverage.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { coveragePage, HOLES, holesIn } from '../../../tools/generate/coverage-page.ts';

const moving = (name: string, own: Partial<Moving>): Moving => ({ name, role: 'attack', moves: [], ...own });
const of = (number: number, scenarios: readonly Moving[]) =>
  coverageOf(scenarios).find((one) => one.number === number);

describe('coverage', () => {
  it('has every number from 1 to 24 once', () => {
    expect(coverageOf([]).map(({ number }) => number)).to.deep.equal(
      Array.from({ length: 24 }, (_, i) => i + 1),
    );
  });

  it('knows who moves a metric by any of its columns, and where', () => {
    const one = moving('a', { moves: ['tcp_syn_recv', 'tcp_established', 'container_cpu_cores'] });
    const inCluster = moving('b', { moves: ['cpu_busy_ratio'], movesInCluster: ['tcp_close_wait'] });
    const only = moving('c', { moves: ['tcp_close_wait'], needsCluster: true });
    const benign = moving('d', { role: 'benign', moves: ['tcp_established'] });
    expect(of(13, [one, inCluster, only, benign])).to.deep.include({
      attacks: [
        { name: 'a', reach: 'anywhere' },
        { name: 'b', reach: 'in_cluster' },
        { name: 'c', reach: 'in_cluster' },
      ],
      benign: ['d'],
    });
    // A container's CPU is no node's.
    expect(of(1, [one])?.attacks).to.deep.equal([]);
  });

  it('names every metric that fewer than two attacks move, and no other', () => {
    expect(holesIn(coverageOf(SCENARIOS))).to.have.members(Object.keys(HOLES));
    for (const why of Object.values(HOLES)) expect(why).to.match(/\S\.$/);
  });

  it('is a page with each attack and each metric', () => {
    const page = coveragePage(SCENARIOS, METRICS);
    for (const { name } of NUMBERED_METRICS) expect(page).to.include(`\`${name}\``);
    for (const { name, role } of SCENARIOS)
      if (role === 'attack') expect(page).to.include(`\n| \`${name}\` | [T`);
    expect(page).not.to.include('not named');
  });

  it('of a plan is told in lines', () => {
    const planned = (name: string, own: Partial<Scenario>) =>
      ({ ...(SCENARIOS[0] as Scenario), movesInCluster: [], role: 'attack', name, ...own }) as Scenario;
    const chosen = [
      planned('cpu_burn', { family: 'resources', technique: 'T1496', moves: ['cpu_busy_ratio'] }),
      planned('risky_pod', {
        ...{ family: 'post_exploitation', technique: 'T1610', moves: ['risky_pods'] },
        needsCluster: true,
      }),
      planned('load_spike', { role: 'benign', moves: ['cpu_busy_ratio'] }),
    ].map((one) => (one.name === 'risky_pod' ? one : { ...one, needsCluster: undefined })) as Scenario[];
    const lines = coverageLines('night', chosen);
    expect(lines[0]).to.equal('campaign night: 2 attacks and 1 benign workloads');
    expect(lines[1]).to.match(/^ 1 {2}cpu_seconds_total +cpu_burn; benign, may: load_spike$/);
    expect(lines[21]).to.match(/^21 {2}risky_pods +risky_pod \(in a cluster\)$/);
    expect(lines[24]).to.match(/ nothing$/);
    expect(lines[25]).to.match(/^moved by no attack: pressure_waiting_seconds_total, /);
    expect(lines.slice(26)).to.deep.equal([
      'moved by one attack alone: cpu_seconds_total, risky_pods',
      'families: resources, post_exploitation',
      'techniques: T1496, T1610',
    ]);
  });
});
