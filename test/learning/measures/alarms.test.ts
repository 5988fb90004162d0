import { expect } from 'chai';
import fc from 'fast-check';
import { alarmsOf, findingsOf, thresholdFor } from '../../../learning/measures/alarms.ts';
import { eventsOf, type HeldOutSeries, heldOut } from '../../../learning/measures/held-out.ts';
import type { RowFacts, Series } from '../../../learning/table/series.ts';

const fact = (label: string | null, more: Partial<RowFacts> = {}): RowFacts => ({
  label,
  episode: null,
  role: null,
  phase: 'normal',
  split: 'test',
  ...more,
});

function seriesOf(facts: readonly RowFacts[]): Series {
  return {
    entity: { cluster: 'lab', node: 'a' },
    timesMs: Float64Array.from(facts, (_, i) => i * 15_000),
    values: [],
    facts,
  };
}

const quietNode = (rows: number): HeldOutSeries => ({
  rows: seriesOf(Array.from({ length: rows }, () => fact('normal'))),
  kinds: Array.from({ length: rows }, () => 'quiet'),
  isAttackFree: true,
});

const datasetOf = (facts: readonly RowFacts[], rowsDigest: string) => ({
  ...{ name: 'set', stepMs: 15_000, columns: [], rowsDigest },
  series: [seriesOf(facts)],
});

describe('detector/evaluation: held-out rows', () => {
  const facts = [
    fact('normal', { split: 'train' }),
    fact('normal', { split: 'embargo' }),
    fact('normal'),
    fact('burn', { episode: 'e1', phase: 'attack' }),
    fact('normal', { episode: 'e1', phase: 'recovery' }),
    fact('normal', { episode: 'e2', phase: 'attack', role: 'benign' }),
    fact(null),
  ];

  it('are the part test of what the model learned from, and all but the embargo of anything else', () => {
    const kinds = (digest: string) => heldOut([datasetOf(facts, digest)], new Set(['own']))[0]?.kinds;
    const rest = ['quiet', 'attack', 'other', 'benign', 'other'];
    expect(kinds('own')).to.deep.equal([undefined, undefined, ...rest]);
    expect(kinds('foreign')).to.deep.equal(['quiet', undefined, ...rest]);
  });

  it('of a pod that only stood by are no benign workload, no quiet time and no event, whoever did what', () => {
    const by = { phase: 'normal', involvement: 'bystander' };
    const own = [
      fact('normal', { ...by, episode: 'e1', role: 'attack' }),
      fact('normal', { ...by, episode: 'e2', role: 'benign' }),
      fact('normal', { episode: 'e3', role: 'benign', involvement: null }),
    ];
    const all = heldOut([datasetOf(own, 'own')], new Set(['own']));
    expect(all[0]?.kinds).to.deep.equal(['bystander', 'bystander', 'benign']);
    expect(eventsOf(all).map(({ name }) => name)).to.deep.equal(['e3']);
  });

  it('are of an attack-free node only when nothing is unknown about it', () => {
    const isFree = (own: readonly RowFacts[]) => heldOut([datasetOf(own, 'x')], new Set())[0]?.isAttackFree;
    expect(isFree([fact('normal'), fact('normal', { episode: 'e2' })])).to.equal(true);
    for (const other of [fact('burn'), fact(null), fact('normal', { phase: 'recovery' })])
      expect(isFree([fact('normal'), other])).to.equal(false);
  });

  it('have the events that no row of is seen', () => {
    const cut = [fact('burn', { episode: 'e0', split: 'train' }), fact('burn', { episode: 'e0' })];
    const events = eventsOf(heldOut([datasetOf([...cut, ...facts], 'own')], new Set(['own'])));
    expect(events).to.deep.equal([
      { name: 'e1', label: 'burn', isAttack: true, series: 0, rows: [5] },
      { name: 'e2', label: 'normal', isAttack: false, series: 0, rows: [7] },
    ]);
  });
});

describe('detector/evaluation: alarms', () => {
  const node: HeldOutSeries = { ...quietNode(8), isAttackFree: false };
  const event = { name: 'e', label: 'burn', isAttack: true, series: 0, rows: [4, 5, 6] };
  const found = (scores: readonly number[]) => findingsOf([event], [Float32Array.from(scores)], [node], 1)[0];

  it('find an event by its own rows, with the delay from its first', () => {
    expect(found([0, 0, 0, 0, 2, 2, 0, 0])).to.include({ isFound: true, delay: 1 });
    expect(found([0, 0, 0, 2, 2, 0, 0, 0])).to.include({ isFound: true, delay: 0 });
    expect(found([0, 0, 0, 0, 0, 0, 2, 2])).to.include({ isFound: false, delay: undefined });
  });

  it('that are left over from before find nothing', () => {
    expect(found([0, 0, 2, 2, 0, 0, 0, 0])).to.include({ isFound: false });
  });

  it('find nothing by rows whose window still sees the attack before, whatever these rows score', () => {
    const labels = ['normal', 'scan', 'normal', 'burn', 'burn', 'burn', 'burn'];
    const facts = labels.map((label) => fact(label, { episode: label === 'normal' ? null : label }));
    const series: HeldOutSeries = { ...node, rows: seriesOf(facts) };
    const burn = { ...event, name: 'burn', rows: [3, 4, 5, 6] };
    const scores = Float32Array.from(labels, () => 2);
    const delays = [1, 2, 3, 4, 5, 6, 7].map(
      (window) => findingsOf([burn], [scores], [{ ...series, kinds: node.kinds }], 1, { window })[0]?.delay,
    );
    // The window of row 4 is the first of three rows without the scan of row 1; a window of seven never is.
    expect(delays).to.deep.equal([0, 0, 1, 2, 3, undefined, undefined]);
  });

  it('are not raised by rows without a score', () => {
    expect(found([0, 0, 0, 0, Number.NaN, 2, Number.NaN, 2])).to.include({ isFound: false });
  });

  it('are at most as many as are allowed at the threshold for them and at every higher one, and more below', () => {
    const scores = fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Number.NaN)), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(scores, fc.nat(6), (own, allowed) => {
        const quiet = quietNode(own.length);
        const list = Float32Array.from(own);
        const raised = (threshold: number) => alarmsOf(list, quiet, threshold).raised;
        const threshold = thresholdFor([list], [quiet], allowed);
        const values = [...new Set(list)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
        for (const value of values) if (value >= threshold) expect(raised(value)).to.be.at.most(allowed);
        const next = values.findLast((value) => value < threshold);
        if (next !== undefined) expect(raised(next)).to.be.greaterThan(allowed);
      }),
    );
  });

  it('have no threshold without a quiet row', () => {
    expect(thresholdFor([], [], 3)).to.equal(Number.POSITIVE_INFINITY);
  });
});
