import { expect } from 'chai';
import fc from 'fast-check';
import type { RawSeries } from '../../../../builder/samples/series.ts';
import { Aligner } from '../../../../builder/stages/align/align.ts';
import { groupBy } from '../../../../common/collections.ts';
import { BuilderError } from '../../../../common/errors.ts';
import { isPlanned, type QueryColumn } from '../../../../dataset/model/rows.ts';
import { planOf, rawSeries, STEP_MS } from '../../support/plans.ts';

const T0 = Date.UTC(2026, 2, 29, 12);
const STEPS = 40;
const LAST_MS = T0 + (STEPS - 1) * STEP_MS;
const DISK = 'kubevigil_disk_bytes_total';
const COLUMNS = ['disk_write_bytes_per_second', 'memory_used_ratio'];

interface Config {
  readonly replicaLabel?: string;
  readonly queries?: readonly QueryColumn[];
}

/** The features of node a by time, or nothing where there is no row. */
function rowsOf(all: readonly RawSeries[], { replicaLabel, queries = [] }: Config): Map<number, number[]> {
  const planned = planOf(COLUMNS, T0, LAST_MS);
  const plan = {
    ...planned,
    columns: [...planned.columns, ...queries],
    config: { ...planned.config, replicaLabel },
  };
  const named = (name: string) => all.filter(({ labels }) => labels['__name__'] === name);
  const aligner = new Aligner(plan, { date: '', firstMs: T0, lastMs: LAST_MS }, named('up'));
  for (const [name, columns] of groupBy(plan.columns.filter(isPlanned), ({ metric }) => metric.name))
    aligner.add({ columns, series: named(name) });
  for (const query of queries) aligner.add({ query, series: named('') });
  const [node] = aligner.rows();
  const featuresAt = (row: number) => node?.features.map((feature) => feature[row] as number) ?? [];
  return new Map(Array.from(node?.timesMs ?? [], (t, row) => [t, featuresAt(row)]));
}

/** Which of the scrapes around the rows a replica made, how late each was, and where counters were reset. */
const scrapes = fc.record({
  lateMs: fc.integer({ min: 0, max: STEP_MS - 1 }),
  there: fc.array(fc.boolean(), { minLength: STEPS + 30, maxLength: STEPS + 30 }),
  resets: fc.array(fc.nat(STEPS + 29), { maxLength: 3 }),
  /** Far from each other, so that two replicas put together would be seen. */
  since: fc.nat(1_000_000_000),
});

type Scrapes = typeof scrapes extends fc.Arbitrary<infer T> ? T : never;

function replica(name: string, { lateMs, there, resets, since }: Scrapes): RawSeries[] {
  const times = there.flatMap((is, i) => (is ? [[T0 + (i - 30) * STEP_MS + lateMs, i] as const] : []));
  let value = since;
  const counter = times.map(([ms, i]) => {
    value = resets.includes(i) ? 0 : value + 1000 + (i % 7);
    return [ms, value] as const;
  });
  const labels = { replica: name };
  return [
    rawSeries(
      'up',
      labels,
      times.map(([ms]) => [ms, 1] as const),
    ),
    rawSeries(DISK, { ...labels, device: 'sda', direction: 'write' }, counter),
    rawSeries(
      'kubevigil_memory_bytes',
      { ...labels, state: 'used' },
      times.map(([ms, i]) => [ms, i] as const),
    ),
    rawSeries(
      'kubevigil_memory_bytes',
      { ...labels, state: 'available' },
      times.map(([ms]) => [ms, 10] as const),
    ),
  ];
}

describe('builder/stages/align/replicas', () => {
  it('makes every value of one replica alone: of the first that has one', () => {
    fc.assert(
      fc.property(scrapes, scrapes, (first, second) => {
        const [a, b] = [replica('a', first), replica('b', second)];
        const both = rowsOf([...b, ...a], { replicaLabel: 'replica' });
        const [ofA, ofB] = [rowsOf(a, {}), rowsOf(b, {})];
        const times = [...new Set([...ofA.keys(), ...ofB.keys()])].sort((one, other) => one - other);
        expect([...both.keys()]).to.deep.equal(times);
        for (const [t, values] of both) {
          const wanted = COLUMNS.map((_, i) => {
            const value = ofA.get(t)?.[i] ?? Number.NaN;
            return Number.isNaN(value) ? (ofB.get(t)?.[i] ?? Number.NaN) : value;
          });
          expect(values).to.deep.equal(wanted);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same whatever the order of the series', () => {
    const series = fc.tuple(scrapes, scrapes, scrapes).chain(([a, b, c]) => {
      const all = [...replica('a', a), ...replica('b', b), ...replica('c', c)];
      return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }));
    });
    fc.assert(
      fc.property(series, ([all, shuffled]) => {
        const rows = (of: readonly RawSeries[]) => [...rowsOf(of, { replicaLabel: 'replica' })];
        expect(rows(shuffled)).to.deep.equal(rows(all));
      }),
      { numRuns: 50 },
    );
  });

  const whole: Scrapes = { lateMs: 1000, there: Array(STEPS + 30).fill(true), resets: [], since: 5 };

  it('refuses two replicas at once that nothing was said of, and names their label', () => {
    const both = [...replica('a', whole), ...replica('b', { ...whole, lateMs: 8000 })];
    expect(() => rowsOf(both, {})).to.throw(
      BuilderError,
      /^node a has kubevigil_\w+ twice at .*, by replica="a" and replica="b": if those are replicas of Prometheus, set replicaLabel: replica in the config/,
    );
    expect(() => rowsOf(both, { replicaLabel: 'other' })).to.throw(BuilderError, 'set replicaLabel: replica');
  });

  it('takes series for one that follow each other under another label', () => {
    const half = (from: boolean) => whole.there.map((_, i) => i < 50 === from);
    const [before, after] = [
      replica('v1', { ...whole, there: half(true) }),
      replica('v2', { ...whole, there: half(false) }),
    ];
    expect(rowsOf([...before, ...after], {}).size).to.equal(STEPS);
  });

  it('refuses two instances at once of which each replica tells', () => {
    const instance = (name: string, lateMs: number) =>
      ['a', 'b'].flatMap((each) =>
        replica(each, { ...whole, lateMs }).map((series) => ({
          ...series,
          labels: { ...series.labels, instance: name },
        })),
      );
    const two = [...instance('one:1', 1000), ...instance('two:1', 3000)];
    expect(() => rowsOf(two, { replicaLabel: 'replica' })).to.throw(
      BuilderError,
      /two instances at .* one:1 and two:1/,
    );
  });

  it('takes an instance that follows another, however far apart replicas scrape', () => {
    const part = (name: string, instance: string, from: boolean, lateMs: number) =>
      replica(name, { ...whole, lateMs, there: whole.there.map((_, i) => i < 50 === from) }).map(
        (series) => ({
          ...series,
          labels: { ...series.labels, instance },
        }),
      );
    const all = [
      ...part('a', 'one:1', true, 14_000),
      ...part('a', 'two:1', false, 14_000),
      ...part('b', 'one:1', true, 0),
      ...part('b', 'two:1', false, 0),
    ];
    expect(rowsOf(all, { replicaLabel: 'replica' }).size).to.equal(STEPS);
  });

  it('takes an expression’s value of the first replica that has one', () => {
    const query: QueryColumn = { column: { name: 'q', help: '' }, promql: 'q', windowMs: STEP_MS };
    const at = (step: number) => T0 + step * STEP_MS;
    const results = [
      rawSeries('', { replica: 'b' }, [
        [at(1), 20],
        [at(2), 21],
      ]),
      rawSeries('', { replica: 'a' }, [
        [at(0), 10],
        [at(1), 11],
      ]),
    ];
    const all = [...replica('a', whole), ...results];
    const rows = rowsOf(all, { replicaLabel: 'replica', queries: [query] });
    expect([0, 1, 2, 3].map((step) => rows.get(at(step))?.at(-1))).to.deep.equal([10, 11, 21, Number.NaN]);
    expect(() => rowsOf(all, { queries: [query] })).to.throw(BuilderError, 'one of several for a node');
  });
});
