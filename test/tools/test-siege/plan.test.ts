import { expect } from 'chai';
import fc from 'fast-check';
import { MARK_KINDS, planMarks, RULES_PER_KIND } from '../../../tools/test-siege/marks/plan.ts';

describe('the plan of marked events', () => {
  it('is the same for a seed, within its time, of all kinds, and gives each a rule of its own kind', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 1_000 }), fc.integer(), (count, seed) => {
        const marks = planMarks(count, 24, 60_000, seed);
        expect(planMarks(count, 24, 60_000, seed)).to.deep.equal(marks);
        expect(marks).to.have.length(count);
        expect(new Set(marks.map(({ kind }) => kind))).to.have.all.keys(...MARK_KINDS);
        expect(new Set(marks.map(({ number }) => number)).size).to.equal(count);
        expect(marks.some(({ container }) => container === undefined)).to.equal(true);
        for (const { kind, atMs, container, rule } of marks) {
          expect(atMs).to.be.within(0, 60_000);
          const own =
            container === undefined ? /^siege_exec_\d$/ : `siege_${kind}_${container % RULES_PER_KIND}`;
          expect(rule).to.match(new RegExp(own));
        }
      }),
      { numRuns: 20 },
    );
  });
});
