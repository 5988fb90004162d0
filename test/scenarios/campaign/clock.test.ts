import { expect } from 'chai';
import { aheadMs, requireSameTime } from '../../../scenarios/campaign/clock.ts';
import { atBest } from '../../support/at-best.ts';

describe('clocks of a campaign', () => {
  it("is how far another's is ahead in the middle of its answer", async () => {
    for (const ms of [5_000, -5_000]) {
      const offMs = await atBest(250, 5, async () =>
        Math.abs((await aheadMs(async () => Date.now() + ms)) - ms),
      );
      expect(offMs).to.be.at.most(250);
    }
  });

  it('may differ from that of the samples by half a step, and no more', () => {
    const check = (node: number, prometheus: number) => () =>
      requireSameTime([{ node: 'a', aheadMs: node }], prometheus, 15_000);
    check(7_500, 0)();
    check(0, 7_500)();
    // All clocks but that of the campaign's own machine.
    check(60_000, 60_001)();
    expect(check(7_501, 0)).to.throw(
      /clock of a is 7s501ms ahead of Prometheus', more than half of the step 15s/,
    );
    expect(check(0, 8_000)).to.throw(/clock of a is 8s behind Prometheus'/);
  });
});
