import { BuilderError } from '../../common/errors.ts';
import { wholeMs } from '../../common/ms.ts';
import { formatTime } from '../../common/times.ts';
import { isPlanned } from '../../dataset/model/rows.ts';
import type { TimeRange } from '../config/range.ts';
import type { BuildConfig, SplitConfig } from '../config/schema.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { DEFAULT_LOOKBACK_MS } from '../promql/reach.ts';
import type { SeriesSelector } from '../samples/series.ts';
import { askedBounds } from '../splits/by-time.ts';
import { plannedColumns } from './columns.ts';
import { configDigest } from './digest.ts';
import { leadIn } from './lookback.ts';
import type { Plan, Scope } from './model.ts';
import { matchersOfShard } from './shard-matchers.ts';
import { checkedScrapeInterval, delayBehind, longestOf, partitionsOf, stepsOf } from './times.ts';

const FRESH_SCRAPES = 1.5;

/** The split with its bounds fixed: those of the dataset that is continued, else as asked for. */
function fixedSplit(
  config: SplitConfig,
  times: { firstMs: number; lastMs: number; stepMs: number },
  nowMs: number,
  frozen: readonly [string, string] | undefined,
): SplitConfig {
  if (config.by !== 'time') return config;
  if (frozen !== undefined && config.bounds === undefined) return { ...config, bounds: [...frozen] };
  const [train, validation] = askedBounds(config, times, nowMs);
  return { ...config, bounds: [formatTime(train), formatTime(validation)] };
}

/**
 * Decides what to build: the rows' times, the columns, how far back to read, and the dataset's digest.
 *
 * @param range of the whole dataset
 * @param nowMs the present, to know which steps are closed
 * @throws {BuilderError} `config`, or `data` when the server has none of the metrics in that time
 */
export async function plan(
  config: BuildConfig,
  range: TimeRange,
  prometheus: Prometheus,
  nowMs: number,
  { continued, shard, pseudonyms }: Scope = {},
): Promise<Plan> {
  const hasExpressions = config.columns?.some((column) => 'promql' in column) === true;
  const columns = plannedColumns(config, {
    stepMs: config.step,
    lookbackMs: hasExpressions ? await prometheus.lookbackMs() : DEFAULT_LOOKBACK_MS,
    takesSampleBefore: prometheus.server.name === 'VictoriaMetrics',
  });
  const metrics = [...new Set(columns.filter(isPlanned).map(({ metric }) => metric.name))];
  const name = { name: '__name__', operator: '=~', value: metrics.join('|') } as const;
  // Where expressions are all there is, whatever is scraped tells which nodes there are, and when.
  const anyMetric: SeriesSelector =
    metrics.length === 0
      ? { metric: 'up', matchers: config.selector }
      : { metric: '', matchers: [name, ...config.selector] };
  const startMs = wholeMs(continued?.watermarkMs ?? range.startMs);
  const found = await prometheus.labelValues(
    'job',
    anyMetric,
    startMs,
    wholeMs(Math.max(range.endMs, startMs)),
  );
  const jobs = [...new Set([...(continued?.jobs ?? []), ...found])].sort();
  if (jobs.length === 0) {
    throw new BuilderError(
      'data',
      `Prometheus has no ${metrics.length === 0 ? 'scrapes' : 'Kubevigil metrics'} between ${formatTime(range.startMs)} and ${formatTime(range.endMs)}: is the exporter scraped, and the time right?`,
    );
  }
  const active =
    config.scrapeInterval === undefined || config.delay === undefined ? await prometheus.activeTargets() : [];
  const targets = (active ?? []).filter(({ job }) => jobs.includes(job));
  const intervalMs = config.scrapeInterval ?? longestOf(targets, 'scrapeInterval');
  if (intervalMs === undefined) {
    throw new BuilderError(
      'config',
      `Prometheus does not scrape ${jobs.join(', ')} now, so that the interval is unknown: set scrapeInterval in the config`,
    );
  }
  const scrapeIntervalMs = wholeMs(checkedScrapeInterval(config, intervalMs, columns));
  const delayMs = wholeMs(config.delay ?? delayBehind(targets, prometheus.server));

  const stepMs = wholeMs(config.step);
  const { firstMs, lastMs, askedLastMs } = stepsOf(config, range, continued, nowMs, delayMs);
  const newFirstMs = continued === undefined ? firstMs : continued.watermarkMs + stepMs;
  const freshnessMs = wholeMs(Math.max(stepMs, FRESH_SCRAPES * scrapeIntervalMs));
  const longestWindowMs = wholeMs(Math.max(...columns.map(({ windowMs }) => windowMs)));
  const split = fixedSplit(config.split, { firstMs, lastMs, stepMs }, nowMs, continued?.askedBounds);
  const cut = `the dataset ends at ${formatTime(lastMs)}: later steps were not closed yet`;
  return {
    config: { ...config, split },
    firstMs,
    lastMs,
    stepMs,
    scrapeIntervalMs,
    freshnessMs,
    delayMs,
    columns,
    longestWindowMs,
    leadInMs: leadIn(longestWindowMs, freshnessMs),
    days: partitionsOf(firstMs, lastMs, stepMs),
    partitions: partitionsOf(newFirstMs, lastMs, stepMs),
    shardMatchers: await matchersOfShard(config, shard, prometheus, anyMetric, jobs, range, pseudonyms),
    shard,
    pseudonyms,
    splitsByNameAlone: continued?.splitsByNameAlone ?? false,
    jobs,
    server: prometheus.server,
    configDigest: configDigest({
      config: { ...config, split },
      firstMs,
      stepMs,
      scrapeIntervalMs,
      columns,
      pseudonyms,
    }),
    warnings: config.end !== undefined && lastMs < askedLastMs ? [cut] : [],
  };
}
