import { expect } from 'chai';
import { labeller } from '../../../builder/labels/label-rows.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';

const STEP_MS = 15_000;
const T0 = Date.UTC(2026, 2, 29);
const TIMES = { firstMs: T0, lastMs: T0 + 40 * STEP_MS, stepMs: STEP_MS, recoveryMs: 2 * STEP_MS };

function episode(name: string, startSteps: number, endSteps: number, more: Partial<Episode> = {}): Episode {
  return {
    episode: name,
    scenario: name,
    startMs: T0 + startSteps * STEP_MS,
    endMs: T0 + endSteps * STEP_MS,
    node: 'a',
    namespace: '',
    pod: '',
    role: 'attack',
    run: '',
    place: 'e.csv line 2',
    ...more,
  };
}

function labels(episodes: readonly Episode[] | undefined, node = 'a') {
  const timesMs = Float64Array.from({ length: 12 }, (_, i) => T0 + i * STEP_MS);
  return labeller(episodes, TIMES).label({ cluster: '', node, timesMs, features: [] }).labels;
}

/** One letter per row: normal, attack, recovery. */
function phases(episodes: readonly Episode[], node?: string): string {
  return labels(episodes, node)
    .map(({ phase }) => phase?.[0] ?? '-')
    .join('');
}

describe('builder/labels/label-rows', () => {
  it('labels the rows whose step meets the episode, to the step', () => {
    // Row i covers (i − 1, i]; the episode covers [3, 6).
    expect(phases([episode('e', 3, 6)])).to.equal('nnnaaaarrnnn');
    const one = 1 / STEP_MS;
    expect(phases([episode('e', 3 + one, 6)])).to.equal('nnnnaaarrnnn');
    expect(phases([episode('e', 3, 6 + one)])).to.equal('nnnaaaaarrnn');
    expect(phases([episode('e', 3, 3 + one)])).to.equal('nnnaarrnnnnn');
    expect(phases([episode('e', 3 - one, 3)])).to.equal('nnnarrnnnnnn');
  });

  it('labels that node and no other', () => {
    expect(phases([episode('e', 3, 6)], 'b')).to.equal('nnnnnnnnnnnn');
  });

  it('tells attack, recovery and normal time apart', () => {
    const rows = labels([episode('e', 3, 4, { scenario: 'cpu_burn', run: 'r1', role: 'victim' })]);
    expect(rows[3]).to.deep.equal({
      label: 'cpu_burn',
      anomaly: 1,
      episode: 'e',
      role: 'victim',
      phase: 'attack',
      run: 'r1',
    });
    const quiet = { label: 'normal', anomaly: 0, episode: null, role: null, run: null };
    expect(rows[5]).to.deep.equal({ ...quiet, phase: 'recovery' });
    expect(rows[7]).to.deep.equal({ ...quiet, phase: 'normal' });
  });

  it('keeps benign workloads normal, with their episode', () => {
    const rows = labels([episode('load', 3, 4, { role: 'benign' })]);
    expect(rows[3]).to.deep.equal({
      label: 'normal',
      anomaly: 0,
      episode: 'load',
      role: 'benign',
      phase: 'normal',
      run: null,
    });
    expect(rows[5]?.phase).to.equal('normal');
  });

  it('takes the attack that started first, any attack before a benign workload, and reports it', () => {
    const first = episode('first', 2, 6);
    const second = episode('second', 4, 8);
    const load = episode('load', 0, 9, { role: 'benign' });
    const { conflicts } = labeller([load, second, first], TIMES);
    expect(labels([load, second, first]).map((row) => row.episode)).to.deep.equal([
      ...['load', 'load', 'first', 'first', 'first', 'first', 'first', 'second', 'second'],
      ...['load', null, null],
    ]);
    expect(conflicts.map(({ kept, ignored }) => `${kept} over ${ignored}`)).to.deep.equal([
      'first over second',
      'first over load',
      'second over load',
    ]);
    expect(conflicts[0]).to.include({ start: '2026-03-29T00:01:00.000Z', end: '2026-03-29T00:01:30.000Z' });
  });

  it('says null, not normal, when there is no label source', () => {
    expect(labels(undefined)[0]).to.deep.equal({
      label: null,
      anomaly: null,
      episode: null,
      role: null,
      phase: null,
      run: null,
    });
    expect(labels([])[0]?.label).to.equal('normal');
  });

  describe('where people disagree', () => {
    const verdict = (as: string, from: number, to: number, more: Partial<Episode> = {}) => {
      const [scenario, role] = as === 'normal' ? ['false_alarm', 'benign'] : [as, 'attack'];
      return episode(`verdict-${as}-${from}`, from, to, { scenario, role, rank: 1, ...more });
    };
    const called = (...episodes: Episode[]) =>
      labels(episodes)
        .map(({ label }) => label?.[0] ?? '-')
        .join('');

    it('has no label for the rows that both are about', () => {
      expect(called(verdict('scan', 3, 7), verdict('normal', 5, 9))).to.match(/^nnns+-+n+$/);
      expect(called(verdict('scan', 3, 7), verdict('mine', 5, 9))).to.match(/^nnns+-+m+n+$/);
      expect(called(verdict('scan', 3, 7), verdict('scan', 5, 9))).to.match(/^nnns+n+$/);
      expect(called(verdict('normal', 3, 7), verdict('normal', 5, 9))).to.equal('nnnnnnnnnnnn');
      const { conflicts } = labeller([verdict('scan', 3, 7), verdict('normal', 5, 9)], TIMES);
      expect(conflicts.map(({ kept, disputed }) => [kept, disputed])).to.deep.equal([
        ['verdict-scan-3', true],
      ]);
    });

    it('has one of a source before them, of whom they are about, and of what is no verdict', () => {
      const [one, other] = [verdict('scan', 3, 7), verdict('normal', 3, 7)];
      expect(called(episode('burn', 3, 7), one, other)).to.equal(called(episode('burn', 3, 7)));
      expect(called(one, { ...other, rank: 2 })).to.equal(called(one));
      expect(called(one, { ...other, pod: 'p', namespace: 'n' })).to.equal(called(one));
      expect(called(one, { ...other, node: 'b' })).to.equal(called(one));
      expect(called(one, { ...other, episode: 'e' })).to.equal(called(one));
      const [there, elsewhere] = ['c', 'd'].map((cluster) => ({ ...other, cluster }));
      expect(labeller([{ ...one, cluster: 'd' }, there as Episode], TIMES).conflicts).to.deep.equal([]);
      expect(called(one, elsewhere as Episode)).to.match(/-/);
    });
  });
});
