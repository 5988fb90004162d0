import { expect } from 'chai';
import fc from 'fast-check';
import { MatchCounts } from '../../../exporter/counters/match-counts.ts';

interface Owner {
  readonly pod: string;
}
const HOST = { pod: '' };
const OTHER = { pod: '_other' };
const MINUTE = 60_000;

function lines(
  counts: MatchCounts<Owner>,
  known: readonly string[],
  nowMs: number,
  rules = ['r', 's'],
): string[] {
  return counts
    .series(
      rules,
      known.map((pod) => ({ pod })),
      nowMs,
    )
    .map(({ rule, owner, count }) => `${rule} ${owner.pod || '-'} ${count}`);
}

describe('events: counts of matches', () => {
  it('begin at 0 for every rule and known owner, and count each', () => {
    const counts = new MatchCounts<Owner>([HOST], OTHER);
    expect(lines(counts, ['a'], 0)).to.deep.equal(['r - 0', 's - 0', 'r a 0', 's a 0']);
    counts.add(['r', 's'], { pod: 'a' }, 1);
    counts.add(['r'], { pod: 'a' }, 1);
    counts.add([], { pod: 'b' }, 1);
    expect(lines(counts, ['a'], 2)).to.deep.equal(['r - 0', 's - 0', 'r a 2', 's a 1']);
  });

  it('stay at least five minutes after the owner is gone, also if it never had an event', () => {
    const counts = new MatchCounts<Owner>([HOST], OTHER);
    lines(counts, ['a', 'b'], 0);
    counts.add(['r'], { pod: 'a' }, MINUTE);
    expect(lines(counts, [], 6 * MINUTE)).to.include.members(['r a 1', 'r b 0']);
    expect(lines(counts, [], 7 * MINUTE))
      .to.include('r a 1')
      .and.not.include('r b 0');
    expect(lines(counts, [], 60 * MINUTE)).to.deep.equal(['r - 0', 's - 0']);
  });

  it('have no series of a rule that is not in use, and begin at 0 when it is again: what is old is not new', () => {
    const counts = new MatchCounts<Owner>([HOST], OTHER);
    counts.add(['r'], HOST, 0);
    expect(lines(counts, [], 0, ['s'])).to.deep.equal(['s - 0']);
    expect(lines(counts, [], 0, ['r'])).to.deep.equal(['r - 0']);
    counts.add(['r'], HOST, 0);
    expect(lines(counts, [], 0, ['r'])).to.deep.equal(['r - 1']);
  });

  it('fold what is too much into one owner, so that sums hold', () => {
    const counts = new MatchCounts<Owner>([HOST], OTHER);
    for (let i = 0; i < 50_000; i++) counts.add(['r'], { pod: String(i) }, 0);
    const series = counts.series(['r'], [], 0);
    expect(series.length).to.be.at.most(2_001);
    expect(series.reduce((sum, { count }) => sum + count, 0)).to.equal(50_000);
    expect(series.find(({ owner }) => owner === OTHER)?.count).to.be.greaterThan(40_000);
  });

  it('never go down while they are there, and sum to what happened', () => {
    const event = fc.record({ pod: fc.constantFrom('a', 'b', 'c'), afterMs: fc.nat(MINUTE) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const counts = new MatchCounts<Owner>([HOST], OTHER);
        const last = new Map<string, number>();
        let nowMs = 0;
        for (const { pod, afterMs } of events) {
          nowMs += afterMs;
          counts.add(['r'], { pod }, nowMs);
          for (const { owner, count } of counts.series(['r'], [{ pod: 'a' }], nowMs)) {
            if (owner.pod === 'a') expect(count).to.be.at.least(last.get(owner.pod) ?? 0);
            last.set(owner.pod, count);
          }
        }
        expect(last.get('a') ?? 0).to.equal(events.filter(({ pod }) => pod === 'a').length);
      }),
    );
  });
});
