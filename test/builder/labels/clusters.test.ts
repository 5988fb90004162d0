import { expect } from 'chai';
import fc from 'fast-check';
import type { LabelSet } from '../../../builder/label-sources/label-set.ts';
import { joinSources } from '../../../builder/labels/merge-sources.ts';
import { labelsAndSplits } from '../../../builder/stages/label-and-split.ts';
import { BuilderError } from '../../../common/errors.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import type { NodeRows, SplitRows } from '../../../dataset/model/rows.ts';
import { planOf, STEP_MS } from '../support/plans.ts';
import { isUnclear, referenceLabels } from '../support/reference-labels.ts';

const FIRST_MS = Date.UTC(2026, 2, 29) + STEP_MS;
const STEPS = 40;
const LAST_MS = FIRST_MS + (STEPS - 1) * STEP_MS;
const planned = planOf([], FIRST_MS, LAST_MS);
const TIMES = {
  firstMs: FIRST_MS,
  lastMs: LAST_MS,
  stepMs: STEP_MS,
  recoveryMs: planned.longestWindowMs,
};

const cluster = fc.constantFrom('', 'A', 'B', 'C');
const node = fc.constantFrom('n1', 'n2', 'n3');

/** Nodes of several clusters, or pods on them, each there for some of the time. */
const fleets: fc.Arbitrary<NodeRows[]> = fc.boolean().chain((ofPods) =>
  fc
    .uniqueArray(
      fc.record({
        cluster,
        node,
        namespace: ofPods ? fc.constantFrom('x', 'y') : fc.constant(undefined),
        pod: ofPods ? fc.constantFrom('p', 'q') : fc.constant(undefined),
        from: fc.nat(STEPS - 1),
        count: fc.integer({ min: 1, max: STEPS }),
      }),
      {
        minLength: 1,
        maxLength: 10,
        selector: (one) => [one.cluster, one.node, one.namespace, one.pod].join(),
      },
    )
    .map((all) =>
      all.map(({ from, count, namespace, pod, ...name }) => ({
        ...name,
        ...(pod !== undefined && namespace !== undefined && { namespace, pod }),
        timesMs: Float64Array.from(
          { length: Math.min(count, STEPS - from) },
          (_, i) => FIRST_MS + (from + i) * STEP_MS,
        ),
        features: [],
      })),
    ),
);

const episodes: fc.Arbitrary<Episode[]> = fc
  .array(
    fc.record({
      cluster: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('A', 'B', 'C') }, fc.constant(undefined)),
      node,
      namespace: fc.constantFrom('', 'x', 'y'),
      pod: fc.constantFrom('', 'p', 'q'),
      scenario: fc.constantFrom('burn', 'scan'),
      role: fc.constantFrom('attack', 'victim', 'benign'),
      from: fc.integer({ min: -10, max: STEPS + 5 }),
      length: fc.integer({ min: 1, max: 15 * STEP_MS }),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(({ from, length, cluster: own, ...rest }, i) => {
      const startMs = FIRST_MS + from * STEP_MS + (i % 3);
      const said = {
        episode: `e${i}`,
        startMs,
        endMs: startMs + length,
        run: '',
        place: `e.csv line ${i + 2}`,
      };
      return { ...said, ...rest, ...(own !== undefined && { cluster: own }) };
    }),
  );

/** The episodes told by several sources, in some order. */
const told = episodes.chain((all) =>
  fc
    .array(fc.nat(2), { minLength: all.length, maxLength: all.length })
    .map((sources) => [0, 1, 2].map((source) => all.filter((_, i) => sources[i] === source))),
);

function setOf(own: readonly Episode[]): LabelSet {
  return { source: { kind: 'metric', metric: 'm', episodes: own.length }, episodes: own, warnings: [] };
}

/** Labels a fleet as a build does. */
function labelled(
  fleet: readonly NodeRows[],
  sources: readonly (readonly Episode[])[],
  by: 'node' | 'time' = 'time',
) {
  const split = by === 'node' ? ({ by, fractions: [0.4, 0.3, 0.3] } as const) : undefined;
  const config = {
    ...planned.config,
    ...(split && { split: { ...split, fractions: [...split.fractions] as [number, number, number] } }),
  };
  const sets = joinSources(sources.map(setOf), STEP_MS);
  const labels = labelsAndSplits({ ...planned, config }, sets, LAST_MS);
  labels.meet(fleet);
  labels.finish();
  return { rows: fleet.map((rows) => labels.apply(rows)), all: sets.flatMap((set) => set.episodes) };
}

describe('builder/labels, of nodes of the same name in several clusters', () => {
  it('are those of a labeller that asks each row about each episode, or an error where that is unclear', () => {
    let unclear = 0;
    let clear = 0;
    fc.assert(
      fc.property(fleets, told, (fleet, sources) => {
        const all = joinSources(sources.map(setOf), STEP_MS).flatMap((set) => set.episodes);
        if (isUnclear(all, fleet, TIMES)) {
          unclear++;
          expect(() => labelled(fleet, sources)).to.throw(
            BuilderError,
            /^e\.csv line \d+: episode e\d+ is about node [^\n]+$/,
          );
          return;
        }
        clear++;
        for (const rows of labelled(fleet, sources).rows)
          expect(rows.labels).to.deep.equal(referenceLabels(all, rows, TIMES, fleet));
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(unclear, clear)).to.be.greaterThan(100);
  });

  it("never are another cluster's, whatever the order of the sources", () => {
    const clustered = told.map((sources) =>
      sources.map((own) => own.filter((episode) => episode.cluster !== undefined)),
    );
    const named = fleets.map((fleet) => fleet.map((rows) => ({ ...rows, cluster: rows.cluster || 'A' })));
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ];
    fc.assert(
      fc.property(named, clustered, fc.constantFrom(...orders), (fleet, sources, order) => {
        const { rows, all } = labelled(
          fleet,
          order.map((i) => sources[i] as Episode[]),
        );
        const clusterOf = new Map(all.map((episode) => [episode.episode, episode.cluster]));
        const foreign = rows.flatMap((own) =>
          own.labels.filter(({ episode }) => episode !== null && clusterOf.get(episode) !== own.cluster),
        );
        expect(foreign).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });

  it('and parts by node are those of each cluster alone, also where episodes of several have one name', () => {
    const clustered = told.map((sources) =>
      sources.map((own) =>
        own
          .filter((episode) => episode.cluster !== undefined)
          .map((episode) => ({ ...episode, episode: `e${episode.startMs % 4}` })),
      ),
    );
    const named = fleets.map((fleet) => fleet.map((rows) => ({ ...rows, cluster: rows.cluster || 'A' })));
    fc.assert(
      fc.property(named, clustered, (fleet, sources) => {
        const whole = labelled(fleet, sources, 'node').rows;
        const apart = ['A', 'B', 'C'].flatMap((one) => {
          const own = fleet.filter((rows) => rows.cluster === one);
          const ownSources = sources.map((source) => source.filter((episode) => episode.cluster === one));
          return labelled(own, ownSources, 'node').rows;
        });
        const byName = (all: readonly SplitRows[]) =>
          all
            .map((rows) => [rows.cluster, rows.node, rows.namespace, rows.pod, rows.splits, rows.labels])
            .sort();
        expect(byName(whole)).to.deep.equal(byName(apart));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps nodes together that share an episode, also when some lines tell no cluster', () => {
    fc.assert(
      fc.property(fleets, told, fc.nat(5), (fleet, sources, shared) => {
        // Names that several lines have in common, and names that stand in one cluster.
        const renamed = sources.map((own) =>
          own.map((episode) => ({ ...episode, episode: `e${episode.startMs % (shared + 1)}` })),
        );
        const one = fleet.map((rows) => ({ ...rows, cluster: rows.node === 'n2' ? 'B' : 'A' }));
        const own = renamed.map((all) =>
          all.map((episode) =>
            episode.cluster === undefined
              ? episode
              : { ...episode, cluster: episode.node === 'n2' ? 'B' : 'A' },
          ),
        );
        const { rows, all } = labelled(one, own, 'node');
        const isOne = (a: Episode, b: Episode) =>
          a.episode === b.episode &&
          (a.cluster === b.cluster ||
            all.some((other) => other.episode === a.episode && other.cluster === undefined));
        for (const episode of all) {
          const nodes = new Set(all.filter((other) => isOne(episode, other)).map((other) => other.node));
          const parts = rows.filter((each) => nodes.has(each.node)).map(({ splits }) => splits[0]);
          expect(new Set(parts).size).to.be.lessThan(2);
        }
      }),
      { numRuns: 500 },
    );
  });

  const rowsOf = (own: string, from = 0, to = STEPS): NodeRows => ({
    cluster: own,
    node: 'n1',
    timesMs: Float64Array.from({ length: to - from }, (_, i) => FIRST_MS + (from + i) * STEP_MS),
    features: [],
  });
  const episodeAt = (from: number, more: Partial<Episode> = {}): Episode => ({
    ...{ episode: `e${from}`, scenario: 'burn', node: 'n1', namespace: '', pod: '', role: 'attack', run: '' },
    startMs: FIRST_MS + from * STEP_MS,
    endMs: FIRST_MS + (from + 2) * STEP_MS,
    place: 'e.csv line 2',
    ...more,
  });

  const messages: readonly (readonly [string, NodeRows[], Episode[], string])[] = [
    [
      'a name in two clusters',
      [rowsOf('prod'), rowsOf('lab')],
      [episodeAt(3)],
      'e.csv line 2: episode e3 is about node n1, which there is in the clusters lab and prod: write lab or prod into a column cluster',
    ],
    [
      'the same of a metric',
      [rowsOf('prod'), rowsOf('lab')],
      [episodeAt(3, { place: 'metric episode e3' })],
      'metric episode e3: episode e3 is about node n1, which there is in the clusters lab and prod: give the scenarios their --cluster, or the series a label for it (clusterLabel)',
    ],
    [
      'rows with and without a cluster at once',
      [rowsOf(''), rowsOf('lab')],
      [episodeAt(3)],
      'e.csv line 2: episode e3 is about node n1, of which there are rows of cluster lab and rows without a cluster at that time: write lab into a column cluster, or choose rows by selector',
    ],
    [
      'two clusters of which rows tell nothing',
      [rowsOf('')],
      [episodeAt(3, { cluster: 'lab' }), episodeAt(9, { cluster: 'prod', place: 'e.csv line 3' })],
      'e.csv line 3: episode e9 is about node prod/n1 and e.csv line 2: episode e3 is about node lab/n1, but the rows of n1 tell no cluster: give their series a label for it (clusterLabel)',
    ],
  ];
  for (const [what, fleet, own, message] of messages) {
    it(`refuses ${what}, and says what to write`, () => {
      expect(() => labelled(fleet, [own]))
        .to.throw(BuilderError)
        .with.property('message', message);
    });
  }

  it('labels a node whose cluster got its label meanwhile, before and after', () => {
    const { rows } = labelled([rowsOf('', 0, 20), rowsOf('prod', 20)], [[episodeAt(3), episodeAt(30)]]);
    expect(
      rows.map(({ labels }) => labels.filter(({ anomaly }) => anomaly === 1).map(({ episode }) => episode)),
    ).to.deep.equal([
      ['e3', 'e3', 'e3'],
      ['e30', 'e30', 'e30'],
    ]);
  });
});
