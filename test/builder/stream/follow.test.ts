import { expect } from 'chai';
import { follow } from '../../../builder/stream/follow.ts';
import { BuilderError } from '../../../common/errors.ts';
import { createLogger } from '../../../common/log.ts';
import { planOf, STEP_MS } from '../support/plans.ts';
import { replayClock } from './support/clocks.ts';

const FIRST_MS = 100 * STEP_MS;
const log = createLogger({ level: 'error', format: 'logfmt' });

interface Script {
  /** Steps whose samples cannot make rows. */
  readonly bad?: readonly number[];
  /** Readings that fail, counted from 0. */
  readonly failing?: readonly number[];
  readonly steps: number;
  readonly strideMs?: number;
  /** What is thrown at the failing readings. */
  readonly error?: Error;
}

/** Follows some steps of a server that is not there; what happened, in words. */
async function story({ bad = [], failing = [], steps, strideMs = 0, error }: Script): Promise<string[]> {
  const told: string[] = [];
  const number = (ms: number) => (ms - FIRST_MS) / STEP_MS;
  const clock = replayClock(FIRST_MS, FIRST_MS + (steps - 1) * STEP_MS, strideMs);
  const controller = new AbortController();
  let readings = 0;
  const inlet = {
    plan: planOf(['forks_per_second'], FIRST_MS, FIRST_MS),
    async read(firstMs: number, lastMs: number) {
      if (failing.includes(readings++)) throw error ?? new BuilderError('unreachable', 'no Prometheus');
      const worst = bad.find((step) => step >= number(firstMs) && step <= number(lastMs));
      if (worst !== undefined) throw new BuilderError('data', `step ${worst} is bad`);
      return [];
    },
    async reconnect() {
      told.push('reconnect');
    },
    refresh() {},
  };
  const outlet = {
    publish: async (_: unknown, firstMs: number, lastMs: number) =>
      void told.push(firstMs === lastMs ? `${number(firstMs)}` : `${number(firstMs)}-${number(lastMs)}`),
    skip: async (timeMs: number, message: string) => void told.push(`skip ${number(timeMs)}: ${message}`),
    late: () => void told.push('late'),
    failed: () => void told.push('failed'),
  };
  const following = follow({ firstMs: FIRST_MS, inlet, outlet, clock, log, signal: controller.signal });
  await Promise.race([clock.finished, following]);
  controller.abort();
  await following;
  return told;
}

describe('builder/stream/follow', () => {
  it('reads each step once it has closed', async () => {
    expect(await story({ steps: 4 })).to.deep.equal(['0', '1', '2', '3']);
  });

  it('reads together what has closed meanwhile, but no more than is good at once', async () => {
    const told = await story({ steps: 1_001, strideMs: 1_000 * STEP_MS });
    expect(told).to.deep.equal(['0', '1-240', '241-480', '481-720', '721-960', '961-1000']);
  });

  it('leaves a gap for the step that cannot have rows, and for no other', async () => {
    expect(await story({ steps: 5, bad: [2] })).to.deep.equal(['0', '1', 'skip 2: step 2 is bad', '3', '4']);
    const together = await story({ steps: 5, bad: [2], strideMs: 10 * STEP_MS });
    expect(together).to.deep.equal(['0', '1', 'skip 2: step 2 is bad', '3', '4']);
  });

  it('connects anew and reads the same step again when Prometheus is away', async () => {
    const told = await story({ steps: 3, failing: [1, 2] });
    expect(told).to.deep.equal(['0', 'failed', 'reconnect', 'failed', 'reconnect', '1', '2']);
  });

  it('says once that rows are late', async () => {
    const told = await story({ steps: 2, failing: [0, 1, 2] });
    expect(told.filter((each) => each === 'late')).to.have.length(1);
    expect(told.indexOf('late')).to.be.lessThan(told.indexOf('0'));
  });

  it('does not take a mistake of its own for trouble with the server', async () => {
    const mistake = new TypeError('a mistake');
    const outcome = await story({ steps: 2, failing: [0], error: mistake }).catch((error: unknown) => error);
    expect(outcome).to.equal(mistake);
  });
});
