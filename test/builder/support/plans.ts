import { configSchema, exposedColumns } from '../../../builder/config/schema.ts';
import { leadIn } from '../../../builder/plan/lookback.ts';
import type { Plan } from '../../../builder/plan/model.ts';
import type { RawSeries } from '../../../builder/samples/series.ts';
import { wholeMs } from '../../../common/ms.ts';

export const STEP_MS = 15_000;
const FRESHNESS_MS = wholeMs(22_500);

/** A plan over some columns, as if a server had been asked. */
export function planOf(
  columns: readonly string[],
  fromMs: number,
  toMs: number,
  windowMs = STEP_MS,
  entity: 'node' | 'pod' = 'node',
): Plan {
  const [firstMs, lastMs] = [wholeMs(fromMs), wholeMs(toMs)];
  return {
    config: configSchema.parse({ entity }),
    firstMs,
    lastMs,
    stepMs: wholeMs(STEP_MS),
    scrapeIntervalMs: wholeMs(STEP_MS),
    freshnessMs: FRESHNESS_MS,
    delayMs: wholeMs(0),
    columns: exposedColumns(entity)
      .filter(({ column }) => columns.includes(column.name))
      .map((known) => ({ ...known, windowMs })),
    longestWindowMs: wholeMs(windowMs),
    leadInMs: leadIn(windowMs, FRESHNESS_MS),
    days: [{ date: '2026-03-29', firstMs, lastMs }],
    shardMatchers: [],
    shard: undefined,
    partitions: [{ date: '2026-03-29', firstMs, lastMs }],
    splitsByNameAlone: false,
    jobs: ['kubevigil'],
    server: { name: 'Prometheus', version: 'none', markersInQueries: false, settlingMs: 0 },
    configDigest: '',
    warnings: [],
  };
}

/** A series of node a from [milliseconds, value] pairs; `stale` are the times of its stale markers. */
export function rawSeries(
  name: string,
  labels: Readonly<Record<string, string>>,
  samples: readonly (readonly [number, number])[],
  stale: readonly number[] = [],
): RawSeries {
  return {
    labels: { __name__: name, job: 'kubevigil', instance: 'a:24924', node: 'a', ...labels },
    timestampsMs: Float64Array.from(samples, ([ms]) => ms),
    values: Float64Array.from(samples, ([, value]) => value),
    staleMs: Float64Array.from(stale),
  };
}

/** What the server would give of a series for a time: the samples in (fromMs, toMs]. */
export function cutSeries(series: RawSeries, fromMs: number, toMs: number): RawSeries {
  const inside = (ms: number) => ms > fromMs && ms <= toMs;
  return {
    labels: series.labels,
    timestampsMs: series.timestampsMs.filter(inside),
    values: series.values.filter((_, i) => inside(series.timestampsMs[i] as number)),
    staleMs: series.staleMs.filter(inside),
  };
}
