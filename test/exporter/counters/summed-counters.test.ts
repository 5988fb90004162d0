import { expect } from 'chai';
import fc from 'fast-check';
import { type Part, SummedCounters } from '../../../exporter/counters/summed-counters.ts';

const MINUTE_MS = 60_000;

type Described = Record<string, readonly [owner: string, count: number, born?: boolean]>;

const parts = (all: Described): Map<string, Part> =>
  new Map(
    Object.entries(all).map(([name, [owner, count, born = false]]) => [
      name,
      { owner, counts: [count], born },
    ]),
  );

/** The sums after each of several looks. */
function sumsOf(counters: SummedCounters, ...moments: Described[]): Record<string, number>[] {
  return moments.map((moment) =>
    Object.fromEntries([...counters.advance(parts(moment))].map(([owner, [sum = 0]]) => [owner, sum])),
  );
}

describe('SummedCounters', () => {
  it('sums the parts of an owner', () => {
    expect(sumsOf(new SummedCounters(), { a: ['x', 5], b: ['x', 2], c: ['y', 7] })).to.deep.equal([
      { x: 7, y: 7 },
    ]);
  });

  it('keeps what a part counted that ends, as long as another of its owner goes on', () => {
    expect(
      sumsOf(new SummedCounters(), { a: ['x', 5], b: ['x', 2] }, { a: ['x', 6] }, { a: ['x', 7] }),
    ).to.deep.equal([{ x: 7 }, { x: 8 }, { x: 9 }]);
  });

  it('begins anew where all parts are new, as after a container’s restart', () => {
    const restart = [{ a: ['x', 500] }, {}, { b: ['x', 3] }, { b: ['x', 4] }] as const;
    expect(sumsOf(new SummedCounters(), ...restart)).to.deep.equal([{ x: 500 }, {}, { x: 3 }, { x: 4 }]);
    const atOnce = [{ a: ['x', 500], d: ['x', 9] }, { b: ['x', 3] }] as const;
    expect(sumsOf(new SummedCounters(), ...atOnce)).to.deep.equal([{ x: 509 }, { x: 3 }]);
  });

  it('adds what a part had when its counter begins anew', () => {
    expect(sumsOf(new SummedCounters(), { a: ['x', 100] }, { a: ['x', 3] }, { a: ['x', 5] })).to.deep.equal([
      { x: 100 },
      { x: 103 },
      { x: 105 },
    ]);
  });

  it('takes a name that was given to another owner’s part, with less in it, for that part', () => {
    expect(sumsOf(new SummedCounters(), { a: ['x', 100] }, { a: ['y', 3] })).to.deep.equal([
      { x: 100 },
      { y: 3 },
    ]);
  });

  it('leaves a part that could not be read as it was', () => {
    const counters = new SummedCounters();
    counters.advance(parts({ a: ['x', 100] }));
    expect([...counters.advance(parts({}), ['a', 'unknown'])]).to.deep.equal([['x', [100]]]);
    expect([...counters.advance(parts({ a: ['x', 101] }))]).to.deep.equal([['x', [101]]]);
  });

  it('knows a part again that was away for some minutes, and for no longer', () => {
    const counters = new SummedCounters('');
    counters.advance(parts({ a: ['', 100] }), [], 0);
    counters.advance(parts({ a: ['', 103] }), [], 1);
    counters.advance(parts({}), [], 2);
    expect([...counters.advance(parts({ a: ['', 104] }), [], 9 * MINUTE_MS)]).to.deep.equal([['', [4]]]);
    counters.advance(parts({}), [], 9 * MINUTE_MS + 1);
    counters.advance(parts({}), [], 20 * MINUTE_MS);
    const later = counters.advance(parts({ a: ['', 200] }), [], 20 * MINUTE_MS);
    expect([...later], 'nobody knows when it counted those').to.deep.equal([['', [4]]]);
  });

  it('moves a total with its part to another name', () => {
    expect(sumsOf(new SummedCounters(), { a: ['short', 700] }, { a: ['name', 702] })).to.deep.equal([
      { short: 700 },
      { name: 702 },
    ]);
  });

  describe('of the owner that is always there', () => {
    it('begins at zero, with the agent', () => {
      expect(sumsOf(new SummedCounters(''), { a: ['', 9000] }, { a: ['', 9002] })).to.deep.equal([
        { '': 0 },
        { '': 2 },
      ]);
    });

    it('counts all of a part that is surely new, and nothing of the past of one that may be old', () => {
      const looks = [{ a: ['', 10, true] }, { a: ['', 10], b: ['', 4, true], c: ['', 800] }] as const;
      expect(sumsOf(new SummedCounters(''), ...looks)).to.deep.equal([{ '': 0 }, { '': 4 }]);
    });

    it('keeps what a namespace counted before it became a pod’s', () => {
      const looks = [{ a: ['', 4] }, { a: ['', 6] }, { a: ['pod', 9] }, { a: ['pod', 11] }] as const;
      expect(sumsOf(new SummedCounters(''), ...looks)).to.deep.equal([
        { '': 0 },
        { '': 2 },
        { '': 2, pod: 3 },
        { '': 2, pod: 5 },
      ]);
    });

    it('falls at a restart of the agent to what was counted since, and to nothing else', () => {
      const [before] = sumsOf(new SummedCounters(''), { a: ['', 4], b: ['', 90] }, { a: ['', 6] }).slice(-1);
      const [after, next] = sumsOf(new SummedCounters(''), { a: ['', 6] }, { a: ['', 7] });
      expect([before, after, next]).to.deep.equal([{ '': 2 }, { '': 0 }, { '': 1 }]);
    });
  });

  /**
   * What parts do between two looks: each counts some events, some end, some begin, some cannot be read, some change their
   * owner. A number of events for a part that is there; undefined when it ends or is not there.
   */
  const look = fc.record({
    counted: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(50), { noNullPrototype: true }),
    hidden: fc.subarray(['a', 'b', 'c', 'd', 'e']),
    named: fc.constantFrom('name', 'short'),
    restart: fc.boolean(),
  });

  /** As Prometheus counts: a fall is a reset, after which the whole value counts. */
  const increaseOf = (before: number, after: number) => (after >= before ? after - before : after);

  it('never grows by more than was counted, whatever appears, ends, is renamed or restarts', () => {
    fc.assert(
      fc.property(fc.array(look, { maxLength: 14 }), fc.boolean(), (looks, permanent) => {
        let counters = new SummedCounters(permanent ? 'x' : undefined);
        const totals = new Map<string, number>();
        let shown = new Map<string, number>();
        let unread = 0;
        for (const { counted, hidden, named, restart } of looks) {
          if (restart) counters = new SummedCounters(permanent ? 'x' : undefined);
          const read = new Map<string, Part>();
          const blocked: string[] = [];
          let done = unread;
          unread = 0;
          for (const name of [...totals.keys()]) if (!(name in counted)) totals.delete(name);
          for (const [name, more] of Object.entries(counted)) {
            const born = !totals.has(name);
            totals.set(name, (totals.get(name) ?? 0) + more);
            done += more;
            if (hidden.includes(name)) {
              blocked.push(name);
              unread += totals.get(name) ?? 0;
              continue;
            }
            // `a` and `b` are of an owner that several parts have, `c` goes by several names.
            const owner = name === 'a' || name === 'b' ? 'x' : name === 'c' ? named : name;
            read.set(name, { owner, counts: [totals.get(name) ?? 0], born });
          }
          const sums = counters.advance(read, blocked);
          const page = new Map([...sums].map(([owner, [sum = 0]]) => [owner, sum]));
          for (const [owner, sum] of page) {
            const before = shown.get(owner);
            // A series that was not there has no increase; falls are for the owner whose parts are all new.
            if (before === undefined || (restart && !permanent)) continue;
            expect(increaseOf(before, sum), owner).to.be.at.most(done);
          }
          shown = page;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never falls while something of its owner goes on', () => {
    const moment = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.tuple(fc.constantFrom('', 'pod'), fc.nat(50)),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 12 }), (moments) => {
        const counters = new SummedCounters('');
        let before = new Map<string, number>();
        let owners = new Map<string, string>();
        for (const now of moments) {
          const sums = counters.advance(parts(now));
          const after = new Map([...sums].map(([owner, [sum = 0]]) => [owner, sum]));
          const goingOn = new Set([
            '',
            ...Object.entries(now).flatMap(([name, [owner]]) => (owners.get(name) === owner ? [owner] : [])),
          ]);
          for (const owner of goingOn)
            expect(after.get(owner) ?? 0, owner).to.be.at.least(before.get(owner) ?? 0);
          before = after;
          owners = new Map(Object.entries(now).map(([name, [owner]]) => [name, owner]));
        }
      }),
    );
  });
});
