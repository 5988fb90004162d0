/**
 * The grid once more, written from the definition and in the plainest way, to compare the builder with: every row
 * looks through all samples.
 */
import type { PlannedColumn } from '../../../dataset/model/rows.ts';
import type { StoredSeries } from './tsdb.ts';

export interface ReferenceTimes {
  readonly stepMs: number;
  readonly freshnessMs: number;
  readonly birthLookbackMs: number;
}

type Samples = readonly (readonly [number, number])[];

function newest(samples: Samples, afterMs: number, untilMs: number): readonly [number, number] | undefined {
  return samples.filter(([ms]) => ms > afterMs && ms <= untilMs).at(-1);
}

function increase(samples: Samples): number {
  let sum = 0;
  for (let i = 1; i < samples.length; i++) {
    const [, before] = samples[i - 1] as readonly [number, number];
    const [, after] = samples[i] as readonly [number, number];
    sum += after < before ? after : after - before;
  }
  return sum;
}

/** Scrapes that found the target up with series of the metric, and this one not there, right before it was born. */
function absences(
  series: StoredSeries,
  up: StoredSeries | undefined,
  stored: readonly StoredSeries[],
  { freshnessMs, birthLookbackMs }: ReferenceTimes,
) {
  const born = series.samples[0]?.[0] ?? 0;
  const found: number[] = [];
  const { __name__: name, instance } = series.labels;
  const siblings = stored.filter(
    ({ labels }) => labels['__name__'] === name && labels['instance'] === instance,
  );
  let next = born;
  for (const [ms, value] of (up?.samples ?? []).filter(([ms]) => ms < born).toReversed()) {
    if (value !== 1 || next - ms > freshnessMs || ms < born - birthLookbackMs) break;
    if (siblings.some(({ samples }) => samples.some(([at]) => at === ms))) found.push(ms);
    next = ms;
  }
  return found;
}

function rate(
  series: StoredSeries,
  up: StoredSeries | undefined,
  t: number,
  windowMs: number,
  times: ReferenceTimes,
  born: boolean,
  stored: readonly StoredSeries[],
) {
  const { freshnessMs } = times;
  const b = newest(series.samples, t - freshnessMs, t);
  if (b === undefined) return undefined;
  const latest = b[0] - 0.9 * windowMs;
  const after = t - windowMs - freshnessMs;
  const a = newest(series.samples, after, latest);
  if (a !== undefined) {
    const inside = series.samples.filter(([ms]) => ms >= a[0] && ms <= b[0]);
    return (1000 * increase(inside)) / (b[0] - a[0]);
  }
  const absent = born
    ? absences(series, up, stored, times).find((ms) => ms <= latest && ms > after)
    : undefined;
  if (absent === undefined) return undefined;
  const since = series.samples.filter(([ms]) => ms <= b[0]);
  return (1000 * increase([[absent, 0], ...since])) / (b[0] - absent);
}

/** A column's value of a node at t, undefined for null. */
export function referenceValue(
  { column, metric, windowMs }: PlannedColumn,
  node: string,
  t: number,
  stored: readonly StoredSeries[],
  times: ReferenceTimes,
): number | undefined {
  const up = stored.find(({ labels }) => labels['__name__'] === 'up' && labels['node'] === node);
  const own = stored.filter(({ labels }) => labels['__name__'] === metric.name && labels['node'] === node);
  const aggregate = (selector: Record<string, unknown> | undefined) => {
    const values = own
      .filter(({ labels }) =>
        Object.entries(selector ?? {}).every(([label, wanted]) => {
          const { not } = wanted as { not?: string[] };
          const value = labels[label] ?? '';
          return not === undefined ? (wanted as string[]).includes(value) : !not.includes(value);
        }),
      )
      .map((series) =>
        column.op === 'value'
          ? newest(series.samples, t - times.freshnessMs, t)?.[1]
          : rate(
              series,
              up,
              t,
              windowMs,
              times,
              metric.type === 'counter' && metric.since !== 'boot',
              stored,
            ),
      )
      .filter((value) => value !== undefined);
    if (values.length === 0) return undefined;
    return column.aggregate === 'sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
  };
  const wanted = aggregate(column.where);
  if (column.over === undefined) return wanted;
  const whole = aggregate(column.over);
  return wanted === undefined || !whole ? undefined : wanted / whole;
}
