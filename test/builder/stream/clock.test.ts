import { expect } from 'chai';
import fc from 'fast-check';
import { ServerClock } from '../../../builder/stream/clock.ts';

const HOUR_MS = 3_600_000;

describe('builder/stream/clock', () => {
  it("shows the server's time", async () => {
    const clock = new ServerClock();
    clock.set(Date.now() + HOUR_MS, Date.now());
    expect(clock.nowMs() - Date.now()).to.be.closeTo(HOUR_MS, 1_000);
    const beforeMs = clock.nowMs();
    await clock.until(beforeMs + 20, new AbortController().signal);
    expect(clock.nowMs()).to.be.at.least(beforeMs + 20);
  });

  it('shows whole milliseconds, however the two clocks were read', () => {
    const clock = new ServerClock();
    const moment = fc.double({ min: 0, max: 4e12, noNaN: true });
    fc.assert(
      fc.property(moment, moment, (serverMs, ownMs) => {
        clock.set(serverMs, ownMs);
        expect(Number.isInteger(clock.nowMs())).to.equal(true);
      }),
    );
  });

  it('waits no longer when the signal comes', async () => {
    const clock = new ServerClock();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    await clock.until(Date.now() + HOUR_MS, controller.signal);
    await clock.until(Date.now() + HOUR_MS, controller.signal);
  });
});
