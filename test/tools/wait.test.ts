import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { waitFor } from '../../tools/programs/wait.ts';

const messageOf = (run: Promise<unknown>) => run.then(String, (error: Error) => error.message);

describe('waiting', () => {
  const { timeout } = AbortSignal;
  afterEach(() => {
    AbortSignal.timeout = timeout;
  });

  it('ends with the first answer', async () => {
    let looks = 0;
    expect(await waitFor('three', () => ++looks === 3 && looks)).to.equal(3);
    expect(await waitFor('nothing', () => 0)).to.equal(0);
  });

  it('fails when its time is over, naming what was waited for and what else there is to see', async () => {
    const never = () => undefined;
    expect(await messageOf(waitFor('rain', never, 100))).to.equal('waited 0.1 s in vain for rain');
    const log = () => '; it wrote: sunny';
    expect(await messageOf(waitFor('rain', never, 100, log))).to.equal(
      'waited 0.1 s in vain for rain; it wrote: sunny',
    );
  });

  it('fails at once with what the look throws', async () => {
    const broken = () => Promise.reject(new Error('it has ended'));
    expect(await messageOf(waitFor('it', broken))).to.equal('it has ended');
    const brokenAtOnce = () => {
      throw new Error('it was never there');
    };
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.once('unhandledRejection', note);
    expect(await messageOf(waitFor('it', brokenAtOnce))).to.equal('it was never there');
    await sleep(1);
    process.removeListener('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
  });

  it('looks again when a look hangs that heeds its signal', async () => {
    AbortSignal.timeout = () => timeout.call(AbortSignal, 20);
    let looks = 0;
    const hangsTwice = async (signal: AbortSignal) => {
      if (++looks < 3) await sleep(3_600_000, undefined, { signal });
      return looks;
    };
    expect(await waitFor('an answer', hangsTwice)).to.equal(3);
  });

  it('counts a minute in which nothing ran as one look, and still ends', async () => {
    const now = performance.now.bind(performance);
    let stoodStillMs = 0;
    performance.now = () => now() + stoodStillMs;
    let looks = 0;
    const lookAndStandStill = () => {
      stoodStillMs += 60_000;
      return ++looks === 3;
    };
    try {
      expect(await waitFor('the third look', lookAndStandStill, 30_000)).to.equal(true);
      looks = 3;
      expect(await messageOf(waitFor('a look before', lookAndStandStill, 30_000))).to.match(/^waited 30 s/);
      expect(looks).to.equal(7);
    } finally {
      Object.assign(performance, { now });
    }
  });
});
