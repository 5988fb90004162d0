import { formatDuration, parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { wholeMs } from '../../common/ms.ts';
import { formatTime, nextUtcDay, parseTime, utcDay } from '../../common/times.ts';
import type { FeatureColumn, Partition } from '../../dataset/model/rows.ts';
import type { TimeRange } from '../config/range.ts';
import type { BuildConfig } from '../config/schema.ts';
import type { TargetTimes } from '../prometheus/client.ts';
import type { ServerKind } from '../prometheus/server-kind.ts';
import type { Continued } from './model.ts';

/** Of a server that scrapes nothing itself: others send or lend it what they have. */
const DEFAULT_DELAY_MS = 30_000;

export function longestOf(
  targets: readonly TargetTimes[],
  key: 'scrapeInterval' | 'scrapeTimeout',
): number | undefined {
  const all = targets.flatMap((target) => parseDurationMs(target[key] ?? '') ?? []);
  return all.length === 0 ? undefined : Math.max(...all);
}

/** How long after its end a step is complete: its scrapes are over, and what they brought can be read. */
export function delayBehind(targets: readonly TargetTimes[], { settlingMs }: ServerKind): number {
  const timeoutMs = longestOf(targets, 'scrapeTimeout');
  return timeoutMs === undefined ? DEFAULT_DELAY_MS : timeoutMs + settlingMs;
}

/** One entry per UTC day that has rows. */
export function partitionsOf(firstMs: number, lastMs: number, stepMs: number): Partition[] {
  const partitions: Partition[] = [];
  for (let at = firstMs; at <= lastMs; ) {
    const nextMs = Math.ceil(nextUtcDay(at) / stepMs) * stepMs;
    partitions.push({ date: utcDay(at), firstMs: at, lastMs: Math.min(nextMs - stepMs, lastMs) });
    at = nextMs;
  }
  return partitions;
}

/** How long samples take effect: refused where a step or window would fall between two scrapes. */
export function checkedScrapeInterval(
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

/** The steps to build. The first stays what it was; one that was never written before it is another dataset. */
export function stepsOf(
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
