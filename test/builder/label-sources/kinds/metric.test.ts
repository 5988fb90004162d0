import { expect } from 'chai';
import fc from 'fast-check';
import type { RawSeries, SampleSource } from '../../../../builder/samples/series.ts';
import { wholeMs } from '../../../../common/ms.ts';
import { metricLabels } from '../support/metric-labels.ts';

const STEP_MS = 15_000;
const STEPS = 100;
const T0 = Date.UTC(2026, 2, 29);
const LAST_MS = T0 + STEPS * STEP_MS;
const TIMES = {
  fromMs: wholeMs(T0),
  lastMs: wholeMs(LAST_MS),
  nowMs: wholeMs(LAST_MS),
  freshnessMs: 1.5 * STEP_MS,
};

/** A metric's samples, cut into series wherever a label of them changed. */
interface Piece {
  readonly steps: number;
  readonly labels: Readonly<Record<string, string>>;
}

function seriesOf(metric: string, value: number, fromStep: number, pieces: readonly Piece[]): RawSeries[] {
  let step = fromStep;
  return pieces.map(({ steps, labels }) => {
    const timestampsMs = Float64Array.from({ length: steps }, (_, i) => T0 + (step + i) * STEP_MS);
    step += steps;
    const own = { __name__: metric, job: 'scenarios', ...labels };
    return {
      labels: own,
      timestampsMs,
      values: timestampsMs.map(() => value / 1000),
      staleMs: new Float64Array(0),
    };
  });
}

function sourceOf(starts: readonly RawSeries[], ends: readonly RawSeries[]): SampleSource {
  return {
    way: 'remote-read',
    staleMarkers: true,
    evaluate: async () => [],
    read: async ({ metric }) => [...(metric.includes('_start_') ? starts : ends)],
  };
}

/** An episode, and how its series changed while it was told of. */
const told = fc
  .record({
    cluster: fc.constantFrom('east', 'west'),
    node: fc.constantFrom('a', 'b'),
    pod: fc.constantFrom('', 'p'),
    from: fc.integer({ min: 1, max: 60 }),
    length: fc.integer({ min: 1, max: 20 }),
    offset: fc.nat(14_999),
    /** Steps of each piece of the start's series, and whether it tells the cluster and which address the exporter has. */
    pieces: fc.array(
      fc.record({ steps: fc.integer({ min: 1, max: 6 }), clustered: fc.boolean(), address: fc.nat(2) }),
      { minLength: 1, maxLength: 4 },
    ),
    endClustered: fc.boolean(),
    isLost: fc.boolean(),
  })
  .map((one) => ({ ...one, startMs: T0 + one.from * STEP_MS + one.offset }));

describe('builder/label-sources/kinds/metric', () => {
  it('tells each episode once, of its own cluster, however its series change, in any order of the series', async () => {
    const run = async (
      all: readonly (typeof told extends fc.Arbitrary<infer T> ? T : never)[],
      order: number,
    ) => {
      const made = all.map((one, i) => {
        const { cluster, node, pod, pieces, startMs, length, from } = one;
        const episode = `e${i}`;
        const labels = { episode, scenario: 's', node, namespace: pod === '' ? '' : 'x', pod, run: 'r' };
        const clusterOf = (isTold: boolean) => (isTold ? { cluster } : {});
        const starts = seriesOf(
          'kubevigil_scenario_start_timestamp_seconds',
          startMs,
          from + 1,
          // The last word on the role, and at least one on the cluster.
          pieces.map(({ steps, clustered, address }, at) => ({
            steps,
            labels: {
              ...labels,
              role: at === pieces.length - 1 ? 'victim' : 'attack',
              instance: `x:${address}${at}`,
              ...clusterOf(clustered || at === 0),
            },
          })),
        );
        const seenMs = starts.at(-1)?.timestampsMs.at(-1) ?? 0;
        const toldEndMs = startMs + length * STEP_MS;
        const ends = one.isLost
          ? []
          : seriesOf('kubevigil_scenario_end_timestamp_seconds', toldEndMs, from + length + 1, [
              {
                steps: 3,
                labels: { ...labels, role: 'victim', instance: 'x', ...clusterOf(one.endClustered) },
              },
            ]);
        const isGone = seenMs <= LAST_MS - TIMES.freshnessMs;
        const endMs = one.isLost ? (isGone ? seenMs : LAST_MS) + 1 : toldEndMs;
        const { namespace } = labels;
        const expected = {
          episode,
          scenario: 's',
          startMs,
          endMs,
          node,
          namespace,
          pod,
          role: 'victim',
          run: 'r',
          cluster,
        };
        return { starts, ends, expected, isWarned: one.isLost && isGone };
      });
      const shuffled = <T>(list: readonly T[]) => list.map((_, i) => list[(i * order) % list.length] as T);
      // A step that is prime to the length goes through all of them.
      const prime = <T>(list: readonly T[]) =>
        list.length % order === 0 ? [...list].reverse() : shuffled(list);
      const set = await metricLabels(
        sourceOf(prime(made.flatMap(({ starts }) => starts)), prime(made.flatMap(({ ends }) => ends))),
        TIMES,
      );
      const byName = (a: { episode: string }, b: { episode: string }) => a.episode.localeCompare(b.episode);
      const kept = made.filter(({ expected }) => expected.endMs > expected.startMs);
      expect([...set.episodes].sort(byName)).to.deep.equal(
        kept
          .map(({ expected }) => ({ ...expected, place: `metric episode ${expected.episode}` }))
          .sort(byName),
      );
      expect(set.warnings.filter((text) => text.includes('never seen to end'))).to.have.length(
        made.filter(({ isWarned }) => isWarned).length,
      );
    };
    await fc.assert(fc.asyncProperty(fc.array(told, { maxLength: 6 }), fc.constantFrom(2, 3, 5, 7), run), {
      numRuns: 300,
    });
  });

  it('keeps episodes of one name apart that clusters have on nodes of one name', async () => {
    const series = (cluster: string, metric: string, value: number) =>
      seriesOf(`kubevigil_scenario_${metric}_timestamp_seconds`, value, 10, [
        { steps: 5, labels: { episode: 'e', scenario: 's', node: 'a', cluster, instance: cluster } },
      ]);
    const starts = [...series('east', 'start', T0 + 1), ...series('west', 'start', T0 + 2)];
    const ends = [...series('west', 'end', T0 + 4), ...series('east', 'end', T0 + 3)];
    const { episodes, warnings } = await metricLabels(sourceOf(starts, ends), TIMES);
    expect(warnings).to.deep.equal([]);
    expect(episodes.map(({ cluster, startMs, endMs }) => [cluster, startMs - T0, endMs - T0])).to.deep.equal([
      ['east', 1, 3],
      ['west', 2, 4],
    ]);
  });
});
