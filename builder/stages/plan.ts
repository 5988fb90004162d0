import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { formatDuration, parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { type Ms, wholeMs } from '../../common/ms.ts';
import { formatTime, nextUtcDay, parseTime, utcDay } from '../../common/times.ts';
import { type FeatureColumn, isPlanned, type Partition, type QueryColumn } from '../../dataset/model/rows.ts';
import { isInShard, type Shard } from '../../dataset/model/shard.ts';
import { escapeRegex } from '../../exporter/catalogue/model/promql.ts';
import type { TimeRange } from '../config/range.ts';
import { type BuildConfig, exposedColumns, type SplitConfig } from '../config/schema.ts';
import type { Prometheus, TargetTimes } from '../prometheus/client.ts';
import { jobMatcher } from '../prometheus/selectors.ts';
import type { ServerKind } from '../prometheus/server-kind.ts';
import { DEFAULT_LOOKBACK_MS, type Evaluation, reachOf } from '../promql/reach.ts';
import { hiddenMatchers, type Pseudonyms } from '../pseudonyms/pseudonyms.ts';
import type { Matcher, SeriesSelector } from '../samples/series.ts';
import { askedBounds } from '../splits/by-time.ts';

/** All that a run has decided before it reads the first sample. */
export interface Plan {
  readonly config: BuildConfig;
  /** First and last row's time, multiples of the step. */
  readonly firstMs: Ms;
  readonly lastMs: Ms;
  readonly stepMs: Ms;
  readonly scrapeIntervalMs: Ms;
  /** A sample counts as current for so long. */
  readonly freshnessMs: Ms;
  readonly delayMs: Ms;
  readonly columns: readonly FeatureColumn[];
  readonly longestWindowMs: Ms;
  /** How far back of a row samples can matter, births included. */
  readonly leadInMs: Ms;
  /** All UTC days that have rows, those included that an update finds written already. */
  readonly days: readonly Partition[];
  /** The days, or the parts of them, whose rows are made of samples. */
  readonly partitions: readonly Partition[];
  /** What series have to fit beside the configuration's selector: that they belong to the shard. */
  readonly shardMatchers: readonly Matcher[];
  readonly shard: Shard | undefined;
  /** What the names of nodes and pods are replaced by, in all that is read. */
  readonly pseudonyms?: Pseudonyms | undefined;
  /** Whether a split by node goes by their names alone, as it was begun, whatever their clusters are. */
  readonly splitsByNameAlone: boolean;
  /** The scrape jobs that the columns' series come from. */
  readonly jobs: readonly string[];
  readonly server: ServerKind;
  /** Names this dataset among others: of what was asked for, not of what came out. */
  readonly configDigest: string;
  readonly warnings: readonly string[];
}

/** What stands fixed about a dataset that is continued. */
export interface Continued {
  readonly firstMs: number;
  /** Its last row's time. */
  readonly watermarkMs: number;
  readonly jobs: readonly string[];
  /** Of a split by time. */
  readonly askedBounds: readonly [string, string] | undefined;
  /** Of a split by node that was begun when the clusters of nodes did not count yet. */
  readonly splitsByNameAlone: boolean;
}

/** What a run is besides a build of everything. */
export interface Scope {
  readonly continued?: Continued | undefined;
  readonly shard?: Shard | undefined;
  readonly pseudonyms?: Pseudonyms | undefined;
}

/** A series must have been absent for so long before its first sample can be its birth: Prometheus' own lookback. */
const BIRTH_LOOKBACK_MS = 300_000;
/** A series that comes back after no longer than this goes on, and is not born. */
export const REMEMBERED_MS = 900_000;
const FRESH_SCRAPES = 1.5;
/** Of a server that scrapes nothing itself: others send or lend it what they have. */
const DEFAULT_DELAY_MS = 30_000;

/** How long before its birth a series must have been absent, for a column of this window. */
export function birthLookback(windowMs: number, freshnessMs: number): number {
  return Math.max(BIRTH_LOOKBACK_MS, windowMs + freshnessMs);
}

/** How far back of a row samples can matter: of a birth at the beginning of its window, what was there before it. */
export function leadIn(longestWindowMs: number, freshnessMs: number): Ms {
  const lookbackMs = Math.max(REMEMBERED_MS, birthLookback(longestWindowMs, freshnessMs));
  return wholeMs(longestWindowMs + freshnessMs + lookbackMs);
}

function queryColumns({ columns = [] }: BuildConfig, evaluation: Evaluation): QueryColumn[] {
  const { stepMs, lookbackMs } = evaluation;
  return columns.flatMap((column) => {
    if (!('promql' in column)) return [];
    const { name, promql, help, unit, window } = column;
    const described = { name, help: help ?? 'A PromQL expression.', ...(unit !== undefined && { unit }) };
    const reachMs = reachOf(promql, evaluation);
    if (window !== undefined && window < reachMs)
      throw new BuilderError(
        'config',
        `config: window ${formatDuration(window)} of ${name} is shorter than the ${formatDuration(reachMs)} that its expression looks back (ranges, offsets, and ${formatDuration(lookbackMs)} where there is no range)`,
      );
    return { column: described, promql, windowMs: window ?? Math.max(reachMs, stepMs) };
  });
}

/** Those of the catalogue in its order, then expressions in the configuration's. */
function plannedColumns(config: BuildConfig, evaluation: Evaluation): FeatureColumn[] {
  const windowMs = config.window ?? config.step;
  const exposed = exposedColumns(config.entity);
  if (config.columns === undefined) return exposed.map((known) => ({ ...known, windowMs }));
  const wanted = new Map(
    config.columns.map((column) => [column.name, 'window' in column ? column.window : undefined]),
  );
  if (wanted.size < config.columns.length)
    throw new BuilderError('config', 'config: columns: a column is named twice');
  const other = config.columns.find(
    (column) => !('promql' in column) && !exposed.some((each) => each.column.name === column.name),
  );
  if (other !== undefined)
    throw new BuilderError('config', `config: columns: a ${config.entity} has no column ${other.name}`);
  const known = exposed
    .filter(({ column }) => wanted.has(column.name))
    .map((each) => ({
      ...each,
      windowMs: wanted.get(each.column.name) ?? windowMs,
    }));
  return [...known, ...queryColumns(config, evaluation)];
}

function longestOf(
  targets: readonly TargetTimes[],
  key: 'scrapeInterval' | 'scrapeTimeout',
): number | undefined {
  const all = targets.flatMap((target) => parseDurationMs(target[key] ?? '') ?? []);
  return all.length === 0 ? undefined : Math.max(...all);
}

/** How long after its end a step is complete: its scrapes are over, and what they brought can be read. */
function delayBehind(targets: readonly TargetTimes[], { settlingMs }: ServerKind): number {
  const timeoutMs = longestOf(targets, 'scrapeTimeout');
  return timeoutMs === undefined ? DEFAULT_DELAY_MS : timeoutMs + settlingMs;
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
  columns: readonly FeatureColumn[],
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

/** The label sources as the digest has them: files by name, so that a dataset is the same wherever it is built. */
function labelIdentity({ labels }: BuildConfig): unknown {
  const named = labels?.map((source) =>
    'episodes' in source ? { episodes: basename(source.episodes) } : source,
  );
  return named ?? null;
}

/** The split as the digest has it: in a fixed order. */
function splitIdentity(split: SplitConfig): unknown {
  return split.by === 'node'
    ? [split.by, split.fractions]
    : [split.by, split.fractions, split.by === 'time' ? split.bounds : null, split.embargo ?? null];
}

/** The steps to build. The first stays what it was; one that was never written before it is another dataset. */
function stepsOf(
  config: BuildConfig,
  { startMs, endMs }: TimeRange,
  continued: Continued | undefined,
  nowMs: number,
  delayMs: number,
) {
  const stepMs = config.step;
  const askedFirstMs = Math.floor(startMs / stepMs) * stepMs + stepMs;
  const absolute =
    config.start !== undefined && parseTime(config.start, nowMs) === parseTime(config.start, 2 * nowMs);
  const firstMs = continued === undefined || absolute ? askedFirstMs : continued.firstMs;
  const askedLastMs = Math.floor(endMs / stepMs) * stepMs;
  const closedMs = Math.min(askedLastMs, Math.floor((nowMs - delayMs) / stepMs) * stepMs);
  const lastMs = Math.max(closedMs, continued?.watermarkMs ?? closedMs);
  if (firstMs <= lastMs) return { firstMs: wholeMs(firstMs), lastMs: wholeMs(lastMs), askedLastMs };
  throw new BuilderError(
    'config',
    `no step of ${formatDuration(stepMs)} closes between ${formatTime(startMs)} and ${formatTime(Math.min(endMs, nowMs - delayMs))}`,
  );
}

/** The series of the shard's nodes; those without a node go to the first shard, which complains of them. */
async function matchersOfShard(
  { nodeLabel, selector }: BuildConfig,
  shard: Shard | undefined,
  prometheus: Prometheus,
  anyMetric: SeriesSelector,
  jobs: readonly string[],
  { startMs, endMs }: TimeRange,
  pseudonyms: Pseudonyms | undefined,
): Promise<Matcher[]> {
  if (shard === undefined) return [];
  const up = { metric: 'up', matchers: [jobMatcher(jobs), ...selector] };
  const found = [
    ...(await prometheus.labelValues(nodeLabel, anyMetric, startMs, endMs)),
    ...(await prometheus.labelValues(nodeLabel, up, startMs, endMs)),
  ];
  const shown = (node: string) => pseudonyms?.of('node', node) ?? node;
  const own = [...new Set(found)].filter((node) => isInShard(shown(node), shard)).sort();
  const nobody = '-';
  const values = shard.index === 0 ? ['', ...own] : own.length === 0 ? [nobody] : own;
  return [{ name: nodeLabel, operator: '=~', value: values.map(escapeRegex).join('|') }];
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
    configDigest: digest([
      [firstMs, stepMs, scrapeIntervalMs, config.format, config.entity, config.seed, splitIdentity(split)],
      [
        config.nodeLabel,
        config.clusterLabel,
        hiddenMatchers(config, pseudonyms),
        labelIdentity(config),
        ...(config.replicaLabel === undefined ? [] : [config.replicaLabel]),
        ...(config.csvEscapeFormulas ? ['csvEscapeFormulas'] : []),
        ...(pseudonyms === undefined ? [] : [pseudonyms.keyId]),
      ],
      columns.map((each) => [
        each.column.name,
        each.windowMs,
        ...(isPlanned(each) ? [] : [each.promql, each.column.unit, each.column.help]),
      ]),
    ]),
    warnings: config.end !== undefined && lastMs < askedLastMs ? [cut] : [],
  };
}
