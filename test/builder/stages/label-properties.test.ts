import { expect } from 'chai';
import fc from 'fast-check';
import { labeller } from '../../../builder/labels/label-rows.ts';
import { pastEpisodes } from '../../../builder/splits/by-time.ts';
import { type Episode, INVOLVEMENTS } from '../../../dataset/episodes/contract.ts';
import type { NodeRows } from '../../../dataset/model/rows.ts';
import { referenceConflicts, referenceLabels, referencePast } from '../support/reference-labels.ts';

const STEP_MS = 15_000;
const FIRST_MS = Date.UTC(2026, 2, 29);
const STEPS = 60;

const times = fc.integer({ min: 0, max: 4 }).map((windows) => ({
  firstMs: FIRST_MS,
  lastMs: FIRST_MS + (STEPS - 1) * STEP_MS,
  stepMs: STEP_MS,
  recoveryMs: windows * STEP_MS,
}));

/** Moments on steps, just beside them and anywhere, also outside the dataset. */
const moment = fc
  .tuple(fc.integer({ min: -20, max: STEPS + 20 }), fc.constantFrom(0, 0, 1, -1, 7_000))
  .map(([step, offset]) => FIRST_MS + step * STEP_MS + offset);

const lasting = fc.tuple(moment, fc.integer({ min: 1, max: 25 * STEP_MS })).map(([startMs, lengthMs]) => ({
  startMs,
  endMs: startMs + lengthMs,
}));

const episodes: fc.Arbitrary<Episode[]> = fc
  .array(
    fc.record({
      times: lasting,
      scenario: fc.constantFrom('burn', 'scan'),
      node: fc.constantFrom('a', 'b'),
      namespace: fc.constantFrom('', 'x', 'y'),
      pod: fc.constantFrom('', 'p', 'q'),
      role: fc.constantFrom('attack', 'victim', 'benign'),
      run: fc.constantFrom('', 'r'),
      rank: fc.constantFrom(undefined, 1, 2),
      cluster: fc.constantFrom(undefined, undefined, 'A', 'B'),
      involvement: fc.constantFrom(undefined, undefined, ...INVOLVEMENTS),
      /** Several lines may be of one episode. */
      number: fc.nat(20),
    }),
    { maxLength: 30 },
  )
  .map((all) =>
    all.map(({ times: { startMs, endMs }, rank, cluster, involvement, number, ...rest }, i) => ({
      ...{ episode: `e${number}`, startMs, endMs, place: `line ${i}`, ...rest },
      ...(involvement !== undefined && { involvement }),
      ...(rank !== undefined && { rank }),
      ...(cluster !== undefined && { cluster }),
    })),
  );

/** Rows of a node or a pod: any of the steps, in order, also those of a second labelling of the same. */
const rows = fc
  .tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.option(fc.constantFrom('x', 'y', 'z')),
    fc.constantFrom('p', 'q', 'r'),
    fc.subarray(Array.from({ length: STEPS + 10 }, (_, step) => FIRST_MS + step * STEP_MS)),
  )
  .map(([node, namespace, pod, timesMs]): NodeRows => {
    const common = { cluster: '', node, timesMs: Float64Array.from(timesMs), features: [] };
    return namespace === null ? common : { ...common, namespace, pod };
  });

describe('builder/labels/label-rows, against each row asking each episode', () => {
  it('gives every row the same label', () => {
    fc.assert(
      fc.property(episodes, times, fc.array(rows, { minLength: 1, maxLength: 4 }), (all, own, asked) => {
        const made = labeller(all, own);
        for (const one of asked) expect(made.label(one).labels).to.deep.equal(referenceLabels(all, one, own));
      }),
      { numRuns: 500 },
    );
  });

  it('finds the same conflicts in the same order, each once', () => {
    fc.assert(
      fc.property(episodes, times, fc.constantFrom('node' as const, 'pod' as const), (all, own, entity) => {
        const iso = (ms: number) => new Date(ms).toISOString();
        const expected = referenceConflicts(all, entity, own).map(([kept, ignored]) => ({
          ...((kept.cluster ?? ignored.cluster) && { cluster: kept.cluster ?? ignored.cluster }),
          node: kept.node,
          kept: kept.episode,
          ignored: ignored.episode,
          start: iso(Math.max(kept.startMs, ignored.startMs)),
          end: iso(Math.min(kept.endMs, ignored.endMs)),
          ...((kept.rank ?? 0) !== (ignored.rank ?? 0) && {
            keptFrom: kept.place,
            ignoredFrom: ignored.place,
          }),
        }));
        const isSame = (one: (typeof expected)[number], other: (typeof expected)[number]) =>
          (['cluster', 'node', 'kept', 'ignored', 'start', 'end'] as const).every(
            (key) => one[key] === other[key],
          );
        const once = expected.filter((one, i) => expected.findIndex((other) => isSame(one, other)) === i);
        expect(labeller(all, { ...own, entity }).conflicts).to.deep.equal(once);
      }),
      { numRuns: 500 },
    );
  });

  it('moves a bound to the same moment', () => {
    const extents = fc
      .array(lasting, { maxLength: 30 })
      .map((all) =>
        all
          .map(({ startMs, endMs }, i) => ({ name: `e${i}`, firstMs: startMs, lastMs: endMs }))
          .sort((a, b) => a.firstMs - b.firstMs),
      );
    fc.assert(
      fc.property(moment, extents, fc.nat(5 * STEP_MS), (boundMs, all, embargoMs) => {
        expect(pastEpisodes(boundMs, all, embargoMs)).to.equal(referencePast(boundMs, all, embargoMs));
      }),
      { numRuns: 500 },
    );
  });

  it('asks no row and no episode about all others: a month of an alert that flaps', () => {
    // 80,000 episodes and 170,000 rows would be 14 billion questions; here it is a fraction of a second, and the labels are right.
    const count = 80_000;
    const all = Array.from({ length: count }, (_, i): Episode => {
      const startMs = FIRST_MS + (2 * i + 1) * STEP_MS + 1;
      const common = { node: 'a', namespace: '', pod: '', role: 'attack', run: '', place: '' };
      return { episode: `e${i}`, scenario: 'flap', startMs, endMs: startMs + STEP_MS - 1, ...common };
    });
    const timesMs = Float64Array.from({ length: 2 * count }, (_, step) => FIRST_MS + step * STEP_MS);
    const lastMs = timesMs.at(-1) as number;
    const own = { firstMs: FIRST_MS, lastMs, stepMs: STEP_MS, recoveryMs: STEP_MS };
    const made = labeller(all, own);
    const { labels } = made.label({ cluster: '', node: 'a', timesMs, features: [] });
    expect(labels.filter(({ anomaly }) => anomaly === 1)).to.have.length(count - 1);
    expect(made.conflicts).to.deep.equal([]);
    const chained = all.map(({ startMs, endMs }, i) => ({
      name: `e${i}`,
      firstMs: startMs,
      lastMs: endMs + STEP_MS,
    }));
    expect(pastEpisodes(FIRST_MS + 2 * STEP_MS, chained, STEP_MS)).to.equal(chained.at(-1)?.lastMs);
  });
});
