import { expect } from 'chai';
import fc from 'fast-check';
import { reachOf } from '../../../builder/promql/reach.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { expression, LOOKBACK_MS, WORLD } from '../support/expressions.ts';
import { prometheusWith, type StoredSeries } from '../support/tsdb.ts';

const START_MS = Date.UTC(2026, 2, 29, 6);
const MINUTE_MS = 60_000;
const HOURS = 8;
/** Between what two worlds have in common and what they do not. */
const CUT_MS = START_MS + (HOURS / 2) * 60 * MINUTE_MS;
const SCRAPE_MS = 15_000;
const STEP_MS = 15_000;

/** A number in [0, 1) that follows from the others. */
function noise(...seeds: readonly number[]): number {
  const mixed = seeds.reduce((sum, seed) => Math.imul(sum ^ seed, 0x9e3779b1) ^ (sum >>> 13), 0x2545f491);
  return (mixed >>> 0) / 2 ** 32;
}

/** A world's samples: those that another seed gives before or after the cut, times included. */
function seriesOf(world: string, differs: (ms: number) => boolean): StoredSeries[] {
  const metrics = [
    { name: 'gauge', kept: 0.97, value: (r: number, _i: number) => Math.floor(r * 100) },
    { name: 'counter', kept: 0.97, value: (r: number, i: number) => ((i * 7) % 311) + Math.floor(r * 5) },
    // Often silent for longer than the lookback.
    { name: 'sparse', kept: 0.05, value: (r: number, _i: number) => Math.floor(r * 10) },
  ];
  return metrics.map(({ name, kept, value }, m) => {
    const samples: [number, number][] = [];
    for (let i = 0; i < (HOURS * 60 * MINUTE_MS) / SCRAPE_MS; i++) {
      const ms = START_MS + i * SCRAPE_MS + 1_000 * m;
      const seed = differs(ms) ? 99 : 1;
      if (noise(seed, m, i) < kept)
        samples.push([ms, value(noise(seed, m, i, 5), i) + (seed === 1 ? 0 : 1_000)]);
    }
    return { labels: { __name__: name, world }, samples };
  });
}

describe('builder/promql on a real Prometheus', () => {
  const newFolder = temporaryFolder();
  let prometheus: RunningPrometheus;

  before(async () => {
    prometheus = await prometheusWith(newFolder(), [
      ...seriesOf('same', () => false),
      ...seriesOf('another past', (ms) => ms < CUT_MS),
      ...seriesOf('another future', (ms) => ms > CUT_MS),
    ]);
  });

  after(() => prometheus.stop());

  async function valueAt(text: string, world: string, ms: number): Promise<unknown> {
    const body = new URLSearchParams({ query: text.replaceAll(WORLD, world), time: String(ms / 1000) });
    const answer = await fetch(`${prometheus.url}/api/v1/query`, { method: 'POST', body });
    const { errorType, error, data } = (await answer.json()) as {
      errorType?: string;
      error?: string;
      data?: { result: { metric: Record<string, string>; value: unknown }[] };
    };
    // The grammar that the builder reads is the server's; what samples do not allow is a result like another.
    expect(errorType, `${text}: ${error}`).not.to.equal('bad_data');
    if (data === undefined) return error;
    return data.result.map(({ metric, value }) => [{ ...metric, world: '' }, value]);
  }

  it('no sample before the reach and none after the step changes a value', async () => {
    let differed = 0;
    await fc.assert(
      fc.asyncProperty(expression, async ({ text }) => {
        const reachMs = reachOf(text, { stepMs: STEP_MS, lookbackMs: LOOKBACK_MS });
        const lateMs = CUT_MS + reachMs;
        fc.pre(lateMs < START_MS + HOURS * 60 * MINUTE_MS);
        expect(await valueAt(text, 'another future', CUT_MS), text).to.deep.equal(
          await valueAt(text, 'same', CUT_MS),
        );
        const value = await valueAt(text, 'same', lateMs);
        expect(await valueAt(text, 'another past', lateMs), text).to.deep.equal(value);
        // That the worlds do differ, and that expressions tell: before the cut.
        const before = CUT_MS - SCRAPE_MS;
        const [one, other] = [
          await valueAt(text, 'same', before),
          await valueAt(text, 'another past', before),
        ];
        if (JSON.stringify(one) !== JSON.stringify(other)) differed++;
      }),
      { numRuns: 150 },
    );
    expect(differed).to.be.greaterThan(20);
  });
});
