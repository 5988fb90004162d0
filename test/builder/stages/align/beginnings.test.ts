import { expect } from 'chai';
import type { RawSeries } from '../../../../builder/samples/series.ts';
import { Aligner } from '../../../../builder/stages/align/align.ts';
import { groupBy } from '../../../../common/collections.ts';
import { isPlanned } from '../../../../dataset/model/rows.ts';
import { planOf, rawSeries, STEP_MS } from '../../support/plans.ts';

const T0 = Date.UTC(2026, 2, 29, 12);
/** Scrapes before the first row, so that a series can have been absent for long enough. */
const BEFORE = 70;
const AFTER = 20;
const CPU = 'kubevigil_container_cpu_seconds_total';
const START = 'kubevigil_container_start_time_seconds';
const NETWORK = 'kubevigil_network_bytes_total';
const DISK = 'kubevigil_container_disk_bytes_total';

const at = (scrape: number) => T0 + scrape * STEP_MS - 5_000;
const scrapes = (from = -BEFORE, to = AFTER) => Array.from({ length: to - from }, (_, i) => from + i);
const series = (
  name: string,
  labels: Record<string, string>,
  value: (scrape: number) => number | undefined,
) =>
  rawSeries(
    name,
    labels,
    scrapes().flatMap((scrape) => {
      const found = value(scrape);
      return found === undefined ? [] : [[at(scrape), found] as const];
    }),
  );

const named = { namespace: 'shop', pod: 'web-0', container: 'nginx' };
const unnamed = { namespace: '', pod: '', container: 'a7a7a7a7a7a7' };
const sibling = { namespace: 'shop', pod: 'other', container: 'x' };
const up = series('up', {}, () => 1);

/** The column's values at the first steps, of pod web-0 or of the node; −1 where there is no row yet. */
function valuesOf(column: string, all: readonly RawSeries[], entity: 'node' | 'pod' = 'pod'): number[] {
  const lastMs = T0 + 5 * STEP_MS;
  const plan = planOf([column], T0, lastMs, STEP_MS, entity);
  const of = (name: string) => all.filter(({ labels }) => labels['__name__'] === name);
  const aligner = new Aligner(plan, { date: '', firstMs: T0, lastMs }, [up], of(START));
  for (const [name, columns] of groupBy(plan.columns.filter(isPlanned), ({ metric }) => metric.name))
    aligner.add({ columns, series: of(name) });
  const rows = aligner.rows().find(({ pod = 'web-0' }) => pod === 'web-0');
  const byTime = new Map(
    Array.from(rows?.timesMs ?? [], (ms, i) => [ms, rows?.features[0]?.[i] ?? Number.NaN]),
  );
  return Array.from({ length: 6 }, (_, i) => byTime.get(T0 + i * STEP_MS) ?? -1);
}

/** 15 s of CPU a scrape, beside one that uses none. */
const cpu = (first: number, total: number, labels: Record<string, string> = named) => [
  series(CPU, sibling, () => 5),
  series(CPU, labels, (scrape) => (scrape < first ? undefined : total + 15 * (scrape - first))),
];
const starts = (beganMs: number, labels: Record<string, string> = named, first = 2) => [
  series(START, sibling, () => at(-900) / 1000),
  series(START, labels, (scrape) => (scrape < first ? undefined : beganMs / 1000)),
];

describe('builder/stages/align/beginnings', () => {
  it('counts from zero a container that began after the scrape before', () => {
    const all = [...cpu(2, 7.5), ...starts(at(2) - 9_000)];
    expect(valuesOf('container_cpu_cores', all)).to.deep.equal([-1, -1, 0.5, 1, 1, 1]);
  });

  it('counts nothing of the past of a container that began earlier than its series', () => {
    const all = [...cpu(2, 259_203), ...starts(at(-500))];
    expect(valuesOf('container_cpu_cores', all)).to.deep.equal([-1, -1, Number.NaN, 1, 1, 1]);
    const others = [...cpu(2, 259_203), ...starts(at(-500), { ...named, container: 'else' })];
    expect(valuesOf('container_cpu_cores', others), 'its start is not told').to.deep.equal([
      -1,
      -1,
      Number.NaN,
      1,
      1,
      1,
    ]);
  });

  it('takes the scrape at which the container surely was not there, where clocks differ', () => {
    const all = [...cpu(2, 7.5), ...starts(at(1) - 300)];
    expect(valuesOf('container_cpu_cores', all)[2]).to.equal(0.25);
  });

  it('takes the first container of a pod for the pod’s own totals', () => {
    const network = 'kubevigil_container_network_bytes_total';
    const column = 'container_network_receive_bytes_per_second';
    const totals = (pod: string, value: (scrape: number) => number | undefined) =>
      series(network, { direction: 'receive', namespace: 'shop', pod }, value);
    const appearing = (total: number, beganMs: number) => [
      totals('other', () => 5),
      totals('web-0', (scrape) => (scrape < 2 ? undefined : total)),
      ...starts(beganMs, { ...named, container: '' }),
      ...starts(at(2) - 1, named),
    ];
    expect(valuesOf(column, appearing(300, at(2) - 9_000))[2]).to.equal(20);
    expect(valuesOf(column, appearing(3e9, at(-500)))[2]).to.be.NaN;
  });

  describe('of an exporter that does not tell when containers began', () => {
    it('counts a container from zero that appears', () => {
      expect(valuesOf('container_cpu_cores', cpu(2, 7.5))).to.deep.equal([-1, -1, 0.5, 1, 1, 1]);
    });

    it('counts nothing when its short id gave way to its name', () => {
      const all = [...cpu(2, 3_000), series(CPU, unnamed, (scrape) => (scrape < 2 ? 3_000 : undefined))];
      expect(valuesOf('container_cpu_cores', all)).to.deep.equal([-1, -1, Number.NaN, 1, 1, 1]);
    });

    it('counts nothing that no machine can have counted since the scrape before', () => {
      expect(valuesOf('container_cpu_cores', cpu(2, 8193 * 15))[2]).to.be.NaN;
    });

    it('counts nothing when it was away for some minutes, and goes on', () => {
      const back = series(CPU, named, (scrape) => (scrape < -30 || scrape >= 2 ? 3_000 + scrape : undefined));
      expect(valuesOf('container_cpu_cores', [series(CPU, sibling, () => 5), back])[2]).to.be.NaN;
    });
  });

  it('counts nothing of the past of a device that becomes an uplink', () => {
    const device = (name: string, value: (scrape: number) => number | undefined) =>
      series(NETWORK, { device: name, direction: 'receive' }, value);
    const all = [
      device('eth0', () => 5),
      device('wwan0', (scrape) => (scrape < 2 ? undefined : 80e9 + 150 * scrape)),
    ];
    expect(valuesOf('network_receive_bytes_per_second', all, 'node')).to.deep.equal([0, 0, 0, 10, 10, 10]);
  });

  describe('where a total falls', () => {
    const column = 'container_disk_write_bytes_per_second';
    const disk = (value: (scrape: number) => number) => series(DISK, { ...named, direction: 'write' }, value);
    const began = (value: (scrape: number) => number) =>
      series(START, named, (scrape) => value(scrape) / 1000);

    it('counts all of it from zero when the container began anew', () => {
      const all = [
        disk((scrape) => (scrape < 2 ? 900 : 300)),
        began((scrape) => at(scrape < 2 ? -500 : 1) + 2_000),
      ];
      expect(valuesOf(column, all)).to.deep.equal([0, 0, 20, 0, 0, 0]);
    });

    it('is null when it did not: a disk was detached', () => {
      const all = [disk((scrape) => (scrape < 2 ? 9_000_000_800 : 9_000_000_000)), began(() => at(-500))];
      expect(valuesOf(column, all)).to.deep.equal([0, 0, Number.NaN, 0, 0, 0]);
    });

    it('is null when it can no reset be, as far as the total itself tells', () => {
      expect(
        valuesOf(column, [disk((scrape) => (scrape < 2 ? 9_000_000_800 : 9_000_000_000))]),
      ).to.deep.equal([...[0, 0, Number.NaN, 0, 0, 0]]);
      const busy = [disk((scrape) => (scrape < 2 ? 10_000 + 1_500 * scrape : 4_500 + 1_500 * (scrape - 2)))];
      expect(valuesOf(column, busy), 'three scrapes’ worth').to.deep.equal([100, 100, 300, 100, 100, 100]);
      const small = [disk((scrape) => (scrape < 2 ? 10_000 : 2_400))];
      expect(valuesOf(column, small)[2], 'a small part of what stood before').to.equal(160);
    });

    it('counts events that the agent counted from zero, however few', () => {
      const execs = series('kubevigil_suspicious_execs_total', { rule: 'r', ...named }, (scrape) =>
        scrape < 2 ? 4 : 3,
      );
      expect(valuesOf('suspicious_execs_per_second', [execs])[2]).to.equal(0.2);
    });
  });
});
