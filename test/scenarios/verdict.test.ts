import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { type Episode, judge, type Row, shared } from './support/effects.ts';
import { verdictOn } from './support/verdict.ts';

const STEP_MS = 1_000;
const BEGIN_MS = 1_700_000_000_000;

/** Episodes of 6 s with 4 s to recover, each after 20 s of normal time. */
const EPISODES: readonly Episode[] = [20, 50].map((atS, i) => ({
  episode: `e${i}`,
  scenario: 'x',
  startMs: BEGIN_MS + atS * 1000,
  endMs: BEGIN_MS + (atS + 6) * 1000,
  recoveredMs: BEGIN_MS + (atS + 10) * 1000,
}));

/** What a column shows in normal time, in each episode, and at the end of each recovery. */
interface Course {
  readonly normal: readonly number[];
  readonly during: readonly number[];
  readonly after: readonly number[];
}

const flat = (normal: number, during: number, after = normal): Course => ({
  normal: [normal],
  during: [during, during],
  after: [after, after],
});

function valueAt({ normal, during, after }: Course, second: number): number {
  const timeMs = BEGIN_MS + second * 1000;
  const at = EPISODES.findIndex(({ startMs, recoveredMs }) => timeMs > startMs && timeMs <= recoveredMs);
  if (at < 0) return normal[second % normal.length] as number;
  return (timeMs <= (EPISODES[at] as Episode).endMs ? during[at] : after[at]) as number;
}

function rows(courses: Readonly<Record<string, Course>>): Row[] {
  return Array.from({ length: 75 }, (_, second) => ({
    timeMs: BEGIN_MS + second * 1000,
    values: Object.fromEntries(
      Object.entries(courses).map(([name, course]) => [name, valueAt(course, second)]),
    ),
  }));
}

function verdict(
  scenario: Pick<Scenario, 'role' | 'moves'>,
  node: Readonly<Record<string, Course>>,
  pod: Readonly<Record<string, Course>> = {},
  inCompany: readonly boolean[] = [],
) {
  const episodes = EPISODES.map((one, i) => ({ ...one, inCompany: inCompany[i] ?? false }));
  const ofNode = judge(rows(node), episodes, 'node', STEP_MS);
  const ofPod = judge(rows(pod), episodes, 'pod', STEP_MS);
  return verdictOn(
    scenario,
    episodes.map((one) => {
      const own = ofPod.get(one) ?? [];
      return [...shared(ofNode.get(one) ?? [], own), ...own];
    }),
  );
}

const attack = (...moves: Scenario['moves'][number][]) => ({ role: 'attack', moves }) as const;
const benign = (...moves: Scenario['moves'][number][]) => ({ role: 'benign', moves }) as const;

describe('the verdict on scenarios', () => {
  it('is good for a column that moves and lets go', () => {
    const found = verdict(attack('tcp_established'), { tcp_established: flat(3, 40) });
    expect(found).to.deep.equal({ wrong: [], unseen: [] });
  });

  it('is bad for one that does not move far enough, that stays, or that is not there', () => {
    const scenario = attack('tcp_established');
    expect(verdict(scenario, { tcp_established: flat(3, 7) }).wrong[0]).to.contain(
      'during 3.00 → 7.00 (effect 4.0)',
    );
    expect(verdict(scenario, { tcp_established: flat(3, 40, 30) }).wrong).to.have.length(1);
    expect(verdict(scenario, { forks_per_second: flat(3, 40) }).wrong).to.deep.equal([
      'tcp_established: in no dataset',
    ]);
  });

  it('neither credits nor blames a scenario for what was there before it', () => {
    /** Normal for 15 s, then `before`, and `during` in episodes. */
    const course = (before: number, during: number) =>
      Array.from({ length: 75 }, (_, second) => {
        const timeMs = BEGIN_MS + second * 1000;
        const isOn = EPISODES.some(({ startMs, endMs }) => timeMs > startMs && timeMs <= endMs);
        return { timeMs, values: { tcp_time_wait: isOn ? during : second > 15 ? before : 0 } };
      });
    const others = [
      { ...(EPISODES[0] as Episode), startMs: BEGIN_MS + 15_000, recoveredMs: BEGIN_MS + 80_000 },
    ];
    const of = (scenario: Pick<Scenario, 'role' | 'moves'>, before: number, during: number) =>
      verdictOn(scenario, [...judge(course(before, during), EPISODES, 'node', STEP_MS, others).values()])
        .wrong;
    expect(of(benign(), 115, 115)).to.deep.equal([]);
    expect(of(benign(), 115, 140)).to.have.length(1);
    expect(of(attack('tcp_time_wait'), 115, 115)).to.have.length(1);
    expect(of(attack('tcp_time_wait'), 115, 140)).to.deep.equal([]);
    // What is within normal time's noise takes nothing from a scenario.
    expect(of(attack('tcp_time_wait'), 3, 7)).to.deep.equal([]);
    expect(of(benign(), 3, 7)).to.have.length(1);
  });

  it('does not blame a benign workload for what people do who visit its pod', () => {
    const visits = (during: number) =>
      verdict(benign(), {}, { container_network_receive_bytes_per_second: flat(66, during) }).wrong;
    expect(visits(1_500)).to.deep.equal([]);
    expect(visits(5_000)).to.have.length(1);
  });

  it('does not blame it for what was left from before it', () => {
    /** Normal for 15 s, then 30 but for the episodes. */
    const raised = (afterS: number, left: number) =>
      Array.from({ length: 75 }, (_, second) => {
        const timeMs = BEGIN_MS + second * 1000;
        const isOn = EPISODES.some(({ startMs, endMs }) => timeMs > startMs && timeMs <= endMs);
        const since = EPISODES.some(({ endMs, recoveredMs }) => timeMs > endMs && timeMs <= recoveredMs);
        const value = since ? left : second > afterS ? 30 : 3;
        return { timeMs, values: { tcp_established: isOn ? 90 : value } };
      });
    // All but the beginning belongs to scenarios.
    const others = [
      { ...(EPISODES[0] as Episode), startMs: BEGIN_MS + 15_000, recoveredMs: BEGIN_MS + 80_000 },
    ];
    const of = (left: number) =>
      verdictOn(attack('tcp_established'), [
        ...judge(raised(15, left), EPISODES, 'node', STEP_MS, others).values(),
      ]).wrong;
    for (const left of [3, 20, 30, 34]) expect(of(left), String(left)).to.deep.equal([]);
    for (const left of [36, 90]) expect(of(left), String(left)).to.have.length(1);
  });

  it('lets a pod keep a twentieth of the memory or CPU that it took, and of nothing else', () => {
    const scenario = attack('container_memory_working_set_bytes');
    const of = (after: number) =>
      verdict(scenario, {}, { container_memory_working_set_bytes: flat(24e6, 1.1e9, after) }).wrong;
    expect(of(65e6)).to.deep.equal([]);
    expect(of(90e6)).to.have.length(1);
    const cpu = (after: number) =>
      verdict(attack('container_cpu_cores'), {}, { container_cpu_cores: flat(0.001, 0.23, after) }).wrong;
    expect(cpu(0.012)).to.deep.equal([]);
    expect(cpu(0.02)).to.have.length(1);
    expect(verdict(attack('tcp_established'), { tcp_established: flat(3, 1000, 40) }).wrong).to.have.length(
      1,
    );
  });

  it('holds a column of the node alone to the last time that it was tried alone, and a shared one to any', () => {
    const later: Course = { normal: [10], during: [10, 900], after: [10, 10] };
    expect(verdict(attack('tcp_established'), { tcp_established: later }).wrong).to.deep.equal([]);
    const once: Course = { normal: [10], during: [900, 10], after: [10, 10] };
    expect(verdict(attack('tcp_established'), { tcp_established: once }).wrong).to.have.length(1);
    expect(verdict(attack('forks_per_second'), { forks_per_second: once }).wrong).to.deep.equal([]);
  });

  it('is bad for a benign workload that moves what it does not name', () => {
    const strays = { tcp_established: flat(3, 40), listening_sockets: flat(2, 9) };
    const found = verdict(benign('tcp_established'), strays);
    expect(found.wrong).to.have.length(1);
    expect(found.wrong[0]).to.match(/^node's listening_sockets/);
    expect(verdict(benign('tcp_established', 'listening_sockets'), strays).wrong).to.deep.equal([]);
    expect(
      verdict(benign('tcp_established'), { disk_read_bytes_per_second: flat(0, 1e9) }).wrong,
    ).to.have.length(1);
  });

  it('does not blame a benign workload for what others move all the time, where others can', () => {
    /** Normal for 20 s, then ever further up. */
    const climbing = (column: string) =>
      Array.from({ length: 75 }, (_, second) => ({
        timeMs: BEGIN_MS + second * 1000,
        values: { [column]: 0.05 + Math.max(0, second - 18) * 3e-7 },
      }));
    const only = EPISODES.slice(1);
    // All but the beginning belongs to scenarios.
    const others = [
      [18, 50],
      [60, 80],
    ].map(([fromS = 0, toS = 0]) => ({
      ...(EPISODES[0] as Episode),
      ...{ startMs: BEGIN_MS + fromS * 1000, recoveredMs: BEGIN_MS + toS * 1000 },
    }));
    const of = (column: string) =>
      verdictOn(benign(), [...judge(climbing(column), only, 'node', STEP_MS, [...others, ...only]).values()]);
    const [judged] = [
      ...judge(climbing('filesystem_inodes_used_ratio'), only, 'node', STEP_MS, [
        ...others,
        ...only,
      ]).values(),
    ];
    const inodes = judged?.find(({ column }) => column === 'filesystem_inodes_used_ratio');
    expect(inodes?.during?.size).to.be.above(5);
    expect(of('filesystem_inodes_used_ratio').wrong).to.deep.equal([]);
  });

  it('does not blame the scenario where normal time left no room, but says so', () => {
    const busy: Course = { normal: [0.7, 0.95, 1], during: [1, 1], after: [0.9, 0.9] };
    const found = verdict(attack('cpu_busy_ratio'), { cpu_busy_ratio: busy });
    expect(found.wrong).to.deep.equal([]);
    expect(found.unseen).to.have.length(1);
  });

  it('blames it where there was room', () => {
    const found = verdict(attack('cpu_busy_ratio'), { cpu_busy_ratio: flat(0.2, 0.22) });
    expect(found.wrong).to.have.length(1);
    expect(found.unseen).to.deep.equal([]);
  });

  describe('on scenarios that were on together', () => {
    const both = [true, true];
    const quiet = { tcp_established: flat(2, 2) };
    const loud = { tcp_established: flat(2, 40) };

    it('gives an attack what its own pod did to the node, and nothing of the others', () => {
      const scenario = attack('tcp_established');
      expect(verdict(scenario, loud, loud, both)).to.deep.equal({ wrong: [], unseen: [] });
      expect(verdict(scenario, loud, quiet, both).wrong).not.to.deep.equal([]);
      expect(verdict(scenario, loud, {}, both).wrong).not.to.deep.equal([]);
    });

    it('blames the one whose pod did not let go', () => {
      const scenario = attack('tcp_established');
      const node = { tcp_established: flat(2, 40, 30) };
      const kept = { tcp_established: flat(2, 40, 30) };
      expect(verdict(scenario, node, loud, both).wrong).to.deep.equal([]);
      expect(verdict(scenario, node, kept, both).wrong).not.to.deep.equal([]);
    });

    it('blames a benign workload for what its pod did, and where nobody knows', () => {
      const scenario = benign('listening_sockets');
      expect(verdict(scenario, loud, quiet, both).wrong).to.deep.equal([]);
      expect(verdict(scenario, loud, loud, both).wrong).not.to.deep.equal([]);
      expect(verdict(scenario, loud, {}, both).wrong).to.have.length(1);
      expect(verdict(scenario, { file_changes_per_second: flat(0, 9) }, quiet, both).wrong).to.have.length(1);
    });

    it('knows the same quantity by another name and unit', () => {
      const node = { cpu_busy_ratio: flat(0.2, 0.9) };
      const cores = availableParallelism() * 0.7;
      const scenario = attack('cpu_busy_ratio');
      expect(
        verdict(scenario, node, { container_cpu_cores: flat(0.1, 0.1 + cores) }, both).wrong,
      ).to.deep.equal([]);
      expect(verdict(scenario, node, { container_cpu_cores: flat(0.1, 0.1) }, both).wrong).not.to.deep.equal(
        [],
      );
    });

    it('goes by what was seen when it was on alone, where that was seen', () => {
      const once: Course = { normal: [2], during: [2, 40], after: [2, 2] };
      const scenario = attack('tcp_established');
      expect(verdict(scenario, { tcp_established: once }, {}, [true, false]).wrong).to.deep.equal([]);
      expect(verdict(scenario, { tcp_established: once }, {}, [false, true]).wrong).not.to.deep.equal([]);
    });
  });

  it('is that of the scenario itself where it refused, and bad where it failed', () => {
    expect(verdictOn(attack('processes'), [], 'ScenarioRefusal: x: no perl').unseen).to.have.length(1);
    expect(verdictOn(attack('processes'), [], 'Error: scenario x failed: exit code 1').wrong).to.have.length(
      1,
    );
  });
});
