import { createHash } from 'node:crypto';
import { formatDuration, parseDurationMs } from '../../common/duration.ts';
import { type BuildConfig, EXPOSED_COLUMNS } from '../config-schema.ts';
import { BuilderError } from '../errors.ts';
import type { Partition, PlannedColumn } from '../model.ts';
import type { Prometheus, TargetTimes } from '../prometheus.ts';
import type { TimeRange } from '../range.ts';
import type { SeriesSelector } from '../series.ts';
import { formatTime, nextUtcDay, utcDay } from '../times.ts';

/** All that a run has decided before it reads the first sample. */
export interface Plan {
  readonly config: BuildConfig;
  /** First and last row's time, multiples of the step. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly stepMs: number;
  readonly scrapeIntervalMs: number;
  /** A sample counts as current for so long. */
  readonly freshnessMs: number;
  readonly delayMs: number;
  readonly columns: readonly PlannedColumn[];
  readonly longestWindowMs: number;
  /** How far back of a row samples can matter, births included. */
  readonly leadInMs: number;
  readonly partitions: readonly Partition[];
  /** The scrape jobs that the columns' series come from. */
  readonly jobs: readonly string[];
  readonly serverVersion: string;
  /** Names this dataset among others: of what was asked for, not of what came out. */
  readonly configDigest: string;
  readonly warnings: readonly string[];
}

/** A series must have been absent for so long before its first sample can be its birth: Prometheus' own lookback. */
const BIRTH_LOOKBACK_MS = 300_000;
const FRESH_SCRAPES = 1.5;
const DEFAULT_DELAY_MS = 10_000;

/** How long before its birth a series must have been absent, for a column of this window. */
export function birthLookback(windowMs: number, freshnessMs: number): number {
  return Math.max(BIRTH_LOOKBACK_MS, windowMs + freshnessMs);
}

function plannedColumns(config: BuildConfig): PlannedColumn[] {
  const windowMs = config.window ?? config.step;
  if (config.columns === undefined) return EXPOSED_COLUMNS.map((known) => ({ ...known, windowMs }));
  const wanted = new Map(
    config.columns.map((column) => [column.name, 'window' in column ? column.window : undefined]),
  );
  if (wanted.size < config.columns.length)
    throw new BuilderError('config', 'config: columns: a column is named twice');
  return EXPOSED_COLUMNS.filter(({ column }) => wanted.has(column.name)).map((known) => ({
    ...known,
    windowMs: wanted.get(known.column.name) ?? windowMs,
  }));
}

function longestOf(
  targets: readonly TargetTimes[],
  key: 'scrapeInterval' | 'scrapeTimeout',
): number | undefined {
  const all = targets.flatMap((target) => parseDurationMs(target[key]) ?? []);
  return all.length === 0 ? undefined : Math.max(...all);
}

/** One entry per UTC day that has rows. */
function partitionsOf(firstMs: number, lastMs: number, stepMs: number): Partition[] {
  const partitions: Partition[] = [];
  for (let at = firstMs; at <= lastMs; ) {
    const nextMs = Math.ceil(nextUtcDay(at) / stepMs) * stepMs;
    partitions.push({ date: utcDay(at), firstMs: at, lastMs: Math.min(nextMs - stepMs, lastMs) });
    at = nextMs;
  }
  return partitions;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** How long samples take effect: refused where a step or window would fall between two scrapes. */
function checkedScrapeInterval(
  config: BuildConfig,
  intervalMs: number,
  columns: readonly PlannedColumn[],
): number {
  if (config.step < intervalMs) {
    throw new BuilderError(
      'config',
      `step ${formatDuration(config.step)} is shorter than the scrape interval ${formatDuration(intervalMs)}: say --step ${formatDuration(intervalMs)} or longer`,
    );
  }
  const short = columns.find(({ windowMs }) => windowMs < intervalMs);
  if (short === undefined) return intervalMs;
  throw new BuilderError(
    'config',
    `window ${formatDuration(short.windowMs)} of ${short.column.name} is shorter than the scrape interval ${formatDuration(intervalMs)}`,
  );
}

/**
 * Decides what to build: the rows' times, the columns, how far back to read, and the dataset's digest.
 *
 * @param nowMs the present, to know which steps are closed
 * @throws {BuilderError} `config`, or `data` when the server has none of the metrics in that time
 */
export async function plan(
  config: BuildConfig,
  { startMs, endMs }: TimeRange,
  prometheus: Prometheus,
  nowMs: number,
): Promise<Plan> {
  const columns = plannedColumns(config);
  const metrics = [...new Set(columns.map(({ metric }) => metric.name))];
  const anyMetric: SeriesSelector = {
    metric: '',
    matchers: [{ name: '__name__', operator: '=~', value: metrics.join('|') }, ...config.selector],
  };
  const jobs = (await prometheus.labelValues('job', anyMetric, startMs, endMs)).sort();
  if (jobs.length === 0) {
    throw new BuilderError(
      'data',
      `Prometheus has no Kubevigil metrics between ${formatTime(startMs)} and ${formatTime(endMs)}: is the exporter scraped, and the time right?`,
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
  const scrapeIntervalMs = checkedScrapeInterval(config, intervalMs, columns);
  const delayMs = config.delay ?? longestOf(targets, 'scrapeTimeout') ?? DEFAULT_DELAY_MS;

  const stepMs = config.step;
  const firstMs = Math.floor(startMs / stepMs) * stepMs + stepMs;
  const askedLastMs = Math.floor(endMs / stepMs) * stepMs;
  const lastMs = Math.min(askedLastMs, Math.floor((nowMs - delayMs) / stepMs) * stepMs);
  if (firstMs > lastMs) {
    throw new BuilderError(
      'config',
      `no step of ${formatDuration(stepMs)} closes between ${formatTime(startMs)} and ${formatTime(Math.min(endMs, nowMs - delayMs))}`,
    );
  }
  const freshnessMs = Math.max(stepMs, FRESH_SCRAPES * scrapeIntervalMs);
  const longestWindowMs = Math.max(...columns.map(({ windowMs }) => windowMs));
  const cut = `the dataset ends at ${formatTime(lastMs)}: later steps were not closed yet`;
  return {
    config,
    firstMs,
    lastMs,
    stepMs,
    scrapeIntervalMs,
    freshnessMs,
    delayMs,
    columns,
    longestWindowMs,
    leadInMs: longestWindowMs + freshnessMs + birthLookback(longestWindowMs, freshnessMs),
    partitions: partitionsOf(firstMs, lastMs, stepMs),
    jobs,
    serverVersion: prometheus.version,
    configDigest: digest([
      [firstMs, lastMs, stepMs, scrapeIntervalMs, config.format, config.entity, config.seed, config.split],
      [config.nodeLabel, config.clusterLabel, config.selector, config.labels ?? null],
      columns.map(({ column, windowMs }) => [column.name, windowMs]),
    ]),
    warnings: config.end !== undefined && lastMs < askedLastMs ? [cut] : [],
  };
}
