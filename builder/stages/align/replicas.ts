/**
 * Pairs of Prometheus servers that scrape the same targets for the one that fails. What they stored differs by a label
 * alone, and by some seconds: series of two replicas put together would make a counter jump to and fro.
 */

import { compare, groupBy } from '../../../common/collections.ts';
import { recordOf } from '../../../common/records.ts';
import type { MetricSpec } from '../../../exporter/catalogue/model/define.ts';
import { type RawSeries, seriesKey } from '../../samples/series.ts';

type Labels = RawSeries['labels'];

/** Which replica stored a series; the same for all where no label tells replicas apart. */
export function replicaOf(labels: Labels, replicaLabel: string | undefined): string {
  return replicaLabel === undefined ? '' : (labels[replicaLabel] ?? '');
}

/**
 * At each step the value of the first replica that has one, in the order given: so that a value is of one replica, and
 * the same replica as long as that has no gap.
 */
export function firstWithValue(replicas: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(0), ...others] = replicas;
  if (others.length === 0) return first;
  return first.map((value, step) => {
    if (!Number.isNaN(value)) return value;
    const other = others.find((values) => !Number.isNaN(values[step]));
    return other?.[step] ?? Number.NaN;
  });
}

/** Results of an expression of which several differ by the replica alone: at each time the first replica's that has one. */
export function joinReplicas(series: readonly RawSeries[], replicaLabel: string | undefined): RawSeries[] {
  if (replicaLabel === undefined) return [...series];
  const stripped = series.map((each) => {
    const replica = each.labels[replicaLabel] ?? '';
    const labels = recordOf(Object.entries(each.labels).filter(([name]) => name !== replicaLabel));
    return { replica, each: { ...each, labels } };
  });
  return [...groupBy(stripped, ({ each }) => seriesKey(each.labels)).values()].map((own) => {
    const [first, ...others] = own.sort((a, b) => compare(a.replica, b.replica)).map(({ each }) => each);
    if (first === undefined || others.length === 0) return first as RawSeries;
    const values = new Map<number, number>();
    for (const { timestampsMs, values: own } of [first, ...others])
      timestampsMs.forEach((ms, i) => void (values.has(ms) || values.set(ms, own[i] as number)));
    const timestampsMs = Float64Array.from(values.keys()).sort();
    return { ...first, timestampsMs, values: timestampsMs.map((ms) => values.get(ms) as number) };
  });
}

const ATTRIBUTION = ['namespace', 'pod', 'container'];

/** The series of a target that stand for the same thing, by the labels that the metric has: one, unless somebody else's label tells several apart. */
export function twins({ labels: declared }: MetricSpec, series: readonly RawSeries[]): RawSeries[][] {
  const names = [...Object.keys(declared), ...ATTRIBUTION];
  const groups = groupBy(series, ({ labels }) => JSON.stringify(names.map((name) => labels[name])));
  return [...groups.values()].filter((own) => own.length > 1);
}

/** The labels in which two series differ, with both values: `replica="a" and replica="b"`. */
export function differenceOf(one: Labels, other: Labels): { labels: string[]; text: string } {
  const labels = [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => one[name] !== other[name])
    .sort();
  const shown = (of: Labels) => labels.map((name) => `${name}=${JSON.stringify(of[name] ?? '')}`).join(',');
  return { labels, text: `${shown(one)} and ${shown(other)}` };
}

/** A time at which a sample of `other` lies between two samples of `one` that are at most `apartMs` apart. */
export function interleavedAt(
  one: readonly RawSeries[],
  other: readonly RawSeries[],
  apartMs: number,
): number | undefined {
  const times = Float64Array.from(one.flatMap(({ timestampsMs }) => [...timestampsMs])).sort();
  const others = Float64Array.from(other.flatMap(({ timestampsMs }) => [...timestampsMs])).sort();
  let after = 0;
  return others.find((ms) => {
    while (after < times.length && (times[after] as number) <= ms) after++;
    const before = times[after - 1];
    const next = times[after];
    return before !== undefined && next !== undefined && next - before <= apartMs;
  });
}
