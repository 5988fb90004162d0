import { expect } from 'chai';
import fc from 'fast-check';
import type { RawSeries } from '../../../../builder/samples/series.ts';
import { Aligner } from '../../../../builder/stages/align/align.ts';
import { groupBy } from '../../../../common/collections.ts';
import { BuilderError } from '../../../../common/errors.ts';
import { isPlanned } from '../../../../dataset/model/rows.ts';
import { cutSeries, planOf, rawSeries, STEP_MS } from '../../support/plans.ts';

const T0 = Date.UTC(2026, 2, 29, 12);
const STEPS = 40;
const LAST_MS = T0 + (STEPS - 1) * STEP_MS;
const COLUMNS = [
  'cpu_busy_ratio',
  'memory_used_ratio',
  'disk_write_bytes_per_second',
  'filesystem_used_ratio',
];

/** The rows of node a between two times, from series of which only what a server gives for that time is seen. */
function rowsOf(
  all: readonly RawSeries[],
  firstMs = T0,
  lastMs = LAST_MS,
  windowMs = STEP_MS,
): Map<number, number[]> {
  const plan = planOf(COLUMNS, firstMs, lastMs, windowMs);
  const seen = all.map((series) => cutSeries(series, firstMs - plan.leadInMs, lastMs));
  const named = (name: string) => seen.filter(({ labels }) => labels['__name__'] === name);
  const aligner = new Aligner(plan, { date: '', firstMs, lastMs }, named('up'));
  for (const [name, columns] of groupBy(plan.columns.filter(isPlanned), ({ metric }) => metric.name)) {
    aligner.add({ columns, series: named(name).filter(({ timestampsMs }) => timestampsMs.length > 0) });
  }
  const [node] = aligner.rows();
  return new Map(
    Array.from(node?.timesMs ?? [], (t, i) => [
      t,
      node?.features.map((feature) => feature[i] as number) ?? [],
    ]),
  );
}

const DISK = 'kubevigil_disk_bytes_total';

/** Samples at irregular times, some missing, values that fall now and then. */
const samples = fc
  .array(fc.record({ wait: fc.integer({ min: 1, max: 40_000 }), value: fc.nat(1000) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((all) => {
    let ms = T0 - 400_000;
    return all.map(({ wait, value }) => {
      ms += wait;
      return [ms, value] as const;
    });
  });

const staleTimes = fc
  .uniqueArray(fc.integer({ min: -400_000, max: STEPS * STEP_MS }), { maxLength: 3 })
  .map((offsets) => offsets.map((offset) => T0 + offset).sort((a, b) => a - b));

const oneSeries = (name: string, labels: Record<string, string>) =>
  fc.tuple(samples, staleTimes).map(([all, stale]) =>
    rawSeries(
      name,
      labels,
      all,
      stale.filter((ms) => !all.some(([at]) => at === ms)),
    ),
  );

const world = fc.tuple(
  samples.map((all) =>
    rawSeries(
      'up',
      {},
      all.map(([ms, value]) => [ms, value % 5 === 0 ? 0 : 1] as const),
    ),
  ),
  oneSeries('kubevigil_cpu_seconds_total', { mode: 'user' }),
  oneSeries('kubevigil_cpu_seconds_total', { mode: 'idle' }),
  oneSeries('kubevigil_memory_bytes', { state: 'used' }),
  oneSeries('kubevigil_memory_bytes', { state: 'available' }),
  oneSeries(DISK, { device: 'sda', direction: 'write' }),
  oneSeries(DISK, { device: 'sdb', direction: 'write' }),
  oneSeries('kubevigil_filesystem_used_ratio', { mountpoint: '/', resource: 'bytes' }),
);

const windows = fc.constantFrom(STEP_MS, 4 * STEP_MS);

describe('builder/stages/align/align', () => {
  it('never looks at a sample after the row', () => {
    fc.assert(
      fc.property(world, windows, fc.nat(STEPS - 1), (all, windowMs, step) => {
        const t = T0 + step * STEP_MS;
        const past = all.map((series) => cutSeries(series, 0, t));
        const altered = past.map((series, i) => {
          const more = all[(i + 1) % all.length] as RawSeries;
          const later = cutSeries(more, t, Number.POSITIVE_INFINITY);
          return {
            ...series,
            timestampsMs: Float64Array.from([...series.timestampsMs, ...later.timestampsMs]),
            values: Float64Array.from([...series.values, ...later.values]),
          };
        });
        const upTo = (rows: Map<number, number[]>) => [...rows].filter(([ms]) => ms <= t);
        expect(upTo(rowsOf(altered, T0, LAST_MS, windowMs))).to.deep.equal(
          upTo(rowsOf(all, T0, LAST_MS, windowMs)),
        );
      }),
    );
  });

  it('gives the same rows however time is cut', () => {
    fc.assert(
      fc.property(world, windows, fc.integer({ min: 1, max: STEPS - 1 }), (all, windowMs, cut) => {
        const middle = T0 + cut * STEP_MS;
        const parts = [
          ...rowsOf(all, T0, middle - STEP_MS, windowMs),
          ...rowsOf(all, middle, LAST_MS, windowMs),
        ];
        expect(parts).to.deep.equal([...rowsOf(all, T0, LAST_MS, windowMs)]);
      }),
    );
  });

  it('does not depend on the order in which the server gives the series', () => {
    fc.assert(
      fc.property(world, (all) => {
        expect(rowsOf(all.toReversed())).to.deep.equal(rowsOf(all));
      }),
    );
  });

  const scrapes = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => T0 + (from + i) * STEP_MS - 5_000);
  const up = rawSeries(
    'up',
    {},
    scrapes(STEPS, -30).map((ms) => [ms, 1] as const),
  );
  const disk = (rows: Map<number, number[]>, step: number) =>
    rows.get(T0 + step * STEP_MS)?.[COLUMNS.indexOf('disk_write_bytes_per_second') - 0];

  it('takes a born series for zero before, unless its target was down', () => {
    const born = rawSeries(
      DISK,
      { device: 'sda', direction: 'write' },
      scrapes(5, 2).map((ms, i) => [ms, 300 + 150 * i] as const),
    );
    const sibling = rawSeries(
      DISK,
      { device: 'sdb', direction: 'write' },
      scrapes(STEPS, -30).map((ms) => [ms, 5] as const),
    );
    expect(disk(rowsOf([up, sibling, born]), 1)).to.equal(0);
    expect(disk(rowsOf([up, sibling, born]), 2)).to.equal(20);
    expect(disk(rowsOf([up, sibling, born]), 3)).to.equal(10);
    const down = rawSeries(
      'up',
      {},
      scrapes(STEPS, -30).map((ms) => [ms, ms < T0 ? 0 : Number(ms >= T0 + 2 * STEP_MS - 5_000)] as const),
    );
    expect(disk(rowsOf([down, sibling, born]), 2)).to.equal(0);
    expect(disk(rowsOf([down, sibling, born]), 3)).to.equal(10);
  });

  it('takes no series for born when its target had no other of the metric before', () => {
    const appear = (device: string, labels = {}) =>
      rawSeries(
        DISK,
        { device, direction: 'write', ...labels },
        scrapes(5, 2).map((ms, i) => [ms, 1e12 + 150 * i] as const),
      );
    const elsewhere = rawSeries(
      DISK,
      { device: 'sdc', direction: 'write', instance: 'b:24924', node: 'b' },
      scrapes(STEPS, -30).map((ms) => [ms, 5] as const),
    );
    const rows = rowsOf([up, appear('sda'), appear('sdb'), elsewhere]);
    expect(disk(rows, 2)).to.be.NaN;
    expect(disk(rows, 3)).to.equal(20);
  });

  it('bridges no stale marker', () => {
    const pairs = scrapes(6).map((ms, i) => [ms, 150 * i] as const);
    const marked = rawSeries(DISK, { device: 'sda', direction: 'write' }, pairs, [T0 + 2 * STEP_MS]);
    const rows = rowsOf([up, marked]);
    expect([1, 2, 3, 4].map((step) => disk(rows, step))).to.deep.equal([10, 10, Number.NaN, 10]);
  });

  it('refuses two instances of one node at once, but not one after the other', () => {
    const old = rawSeries(
      DISK,
      { device: 'sda', direction: 'write', instance: 'old' },
      scrapes(5).map((ms, i) => [ms, i * 150] as const),
    );
    const next = (from: number) =>
      rawSeries(
        DISK,
        { device: 'sda', direction: 'write', instance: 'new' },
        scrapes(8, from).map((ms, i) => [ms + 1, 9000 + i * 300] as const),
      );
    expect(() => rowsOf([old, next(2)]))
      .to.throw(BuilderError, /^node a has two instances at .*Z, (old and new|new and old)/)
      .with.property('code', 'data');
    const rows = rowsOf([old, next(5)]);
    expect([4, 5, 6, 7].map((step) => disk(rows, step))).to.deep.equal([10, 10, 20, 20]);
  });
});
