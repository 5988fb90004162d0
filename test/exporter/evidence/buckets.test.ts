import { expect } from 'chai';
import fc from 'fast-check';
import { Buckets } from '../../../exporter/evidence/buckets.ts';

const RATE = { burst: 3, intervalMs: 1_000 };

describe('evidence: buckets', () => {
  it('let a burst through, then one an interval, each with how many were held back before it', () => {
    let given = 0;
    const buckets = new Buckets<number>(() => given++, RATE);
    const taken = Array.from({ length: 10 }, (_, i) => buckets.take('r', 'p', i, 0));
    expect(taken).to.deep.equal([0, 0, 0, ...Array(7).fill(undefined)]);
    expect(given).to.equal(6);
    expect(buckets.due(500)).to.deep.equal([]);
    expect(buckets.due(1_000)).to.deep.equal([{ item: 9, suppressed: 6 }]);
    expect(buckets.due(5_000)).to.deep.equal([]);
    expect(buckets.take('r', 'p', 10, 5_000)).to.equal(0);
  });

  it('are of a rule and an owner: one that floods takes nothing from the others', () => {
    const buckets = new Buckets<number>(() => {}, RATE);
    for (let i = 0; i < 1_000; i++) buckets.take('r', 'p', i, 0);
    expect(buckets.take('r', 'q', 0, 0)).to.equal(0);
    expect(buckets.take('s', 'p', 0, 0)).to.equal(0);
  });

  it('are bounded in number: what is beyond shares one, and old ones are forgotten', () => {
    const buckets = new Buckets<number>(() => {}, RATE, 10);
    for (let i = 0; i < 1_000; i++) buckets.take('r', `p${i}`, i, 0);
    expect(buckets.size).to.equal(11);
    buckets.due(60_000);
    buckets.due(120_000);
    expect(buckets.size).to.equal(0);
  });

  it('lose none: let through, given up and waiting are all that came, whatever came when', () => {
    const step = fc.record({
      rule: fc.constantFrom('r', 's'),
      owner: fc.constantFrom('p', 'q', 'x'),
      waitMs: fc.nat(1_500),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.boolean(), (steps, few) => {
        let [nowMs, through, given, told] = [0, 0, 0, 0];
        const buckets = new Buckets<number>(() => given++, RATE, few ? 1 : 100);
        const note = (suppressed: number) => {
          through += 1;
          told += suppressed;
        };
        for (const [i, { rule, owner, waitMs }] of steps.entries()) {
          nowMs += waitMs;
          if (waitMs % 3 === 0) for (const { suppressed } of buckets.due(nowMs)) note(suppressed);
          const suppressed = buckets.take(rule, owner, i, nowMs);
          if (suppressed !== undefined) note(suppressed);
        }
        for (const { suppressed } of buckets.rest()) note(suppressed);
        expect(through + given).to.equal(steps.length);
        expect(told).to.be.at.most(given);
      }),
    );
  });
});
