/**
 * The grid: what a series is worth at each step. Row t covers (t − step, t]; no sample after t is looked at, and
 * nothing is filled in. In the results NaN is null, and infinity what is no finite number.
 */
import { MS_PER_SECOND } from '../../../common/ms.ts';
import type { Grid } from '../../../dataset/model/rows.ts';
import type { RawSeries } from '../../samples/series.ts';

/** Least part of the window that two samples must lie apart for a rate. */
const LEAST_WINDOW = 0.9;

/** Index of the last element that is at most `limit`; −1 when there is none. */
export function lastAtMost(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether there is a sample of exactly that time, as all samples of a scrape have the same. */
export function hasTime(timesMs: Float64Array, ms: number): boolean {
  return timesMs[lastAtMost(timesMs, ms)] === ms;
}

/** At each step the index of the newest sample in (t − freshness, t], −1 when there is none. */
export function newestAtSteps(
  timesMs: Float64Array,
  { firstMs, stepMs, steps }: Grid,
  freshnessMs: number,
): Int32Array {
  const result = new Int32Array(steps);
  let newest = -1;
  for (let step = 0; step < steps; step++) {
    const t = firstMs + step * stepMs;
    while (newest + 1 < timesMs.length && (timesMs[newest + 1] as number) <= t) newest++;
    const fresh = newest >= 0 && (timesMs[newest] as number) > t - freshnessMs;
    result[step] = fresh ? newest : -1;
  }
  return result;
}

/** Marks with 1 the steps that have a sample in (t − freshness, t]. */
export function markFresh(
  timesMs: Float64Array,
  { firstMs, stepMs, steps }: Grid,
  freshnessMs: number,
  marks: Uint8Array,
): void {
  let marked = 0;
  for (let i = 0; i < timesMs.length; i++) {
    const ms = timesMs[i] as number;
    // Steps at which an earlier sample was looked at are done: this one is fresh for no shorter.
    marked = Math.max(marked, Math.ceil((ms - firstMs) / stepMs));
    while (marked < steps && firstMs + marked * stepMs < ms + freshnessMs) marks[marked++] = 1;
  }
}

/** Whether a stale marker lies strictly after `fromMs` and not after `toMs`. */
function staleWithin(staleMs: Float64Array, fromMs: number, toMs: number): boolean {
  if (staleMs.length === 0) return false;
  const last = lastAtMost(staleMs, toMs);
  return last >= 0 && (staleMs[last] as number) > fromMs;
}

/**
 * A value as it is reckoned with: whatever is not finite is one infinity, which no sum can lose, and becomes null in the
 * end. Minus zero would not survive CSV.
 */
export function orInfinity(value: number): number {
  return Number.isFinite(value) ? value + 0 : Number.POSITIVE_INFINITY;
}

/** A gauge: its newest sample in (t − freshness, t], null when the series was marked stale since. */
export function gaugeValues(series: RawSeries, grid: Grid, freshnessMs: number): Float64Array {
  const { timestampsMs, values, staleMs } = series;
  const result = new Float64Array(grid.steps).fill(Number.NaN);
  const newestAt = newestAtSteps(timestampsMs, grid, freshnessMs);
  for (let step = 0; step < grid.steps; step++) {
    const newest = newestAt[step] as number;
    const t = grid.firstMs + step * grid.stepMs;
    if (newest < 0 || staleWithin(staleMs, timestampsMs[newest] as number, t)) continue;
    result[step] = orInfinity(values[newest] as number);
  }
  return result;
}

/** What a counter's total gained by being reset between two samples: the totals before each reset. */
function lostByResets(values: Float64Array, from: number, to: number): number {
  let lost = 0;
  for (let i = from + 1; i <= to; i++) {
    if ((values[i] as number) < (values[i - 1] as number)) lost += values[i - 1] as number;
  }
  return lost;
}

/** When a series that began within the samples was known to be absent, its target being up. */
export interface Birth {
  /** Index of the first sample. */
  readonly index: number;
  /** Scrapes without the series, an unbroken run that ends with the last one before the birth. */
  readonly absentMs: Float64Array;
}

export interface RateOptions {
  readonly freshnessMs: number;
  readonly windowMs: number;
  readonly births?: readonly Birth[];
  /** Indices of samples, in order, before which an unknown part of the total was lost. */
  readonly losses?: readonly number[];
}

/**
 * A counter's per-second increase. With b the newest sample in (t − freshness, t] and a the newest one at or before
 * t_b − 0.9 window and after t − window − freshness: the increase over all samples from a to b, resets made good,
 * divided by t_b − t_a. A series that was born since has counted from zero, so that a scrape at which it was known
 * to be absent serves as a. Null without a or b, or with a stale marker or a loss between them.
 */
export function rateValues(series: RawSeries, grid: Grid, options: RateOptions): Float64Array {
  const { timestampsMs, values, staleMs } = series;
  const { freshnessMs, windowMs, births = [], losses = [] } = options;
  const result = new Float64Array(grid.steps).fill(Number.NaN);

  const newestAt = newestAtSteps(timestampsMs, grid, freshnessMs);
  /** The newest sample at or before t_b − 0.9 window: it only ever moves on. */
  let a = -1;
  for (let step = 0; step < grid.steps; step++) {
    const b = newestAt[step] as number;
    if (b < 0) continue;
    const endMs = timestampsMs[b] as number;
    const latest = endMs - LEAST_WINDOW * windowMs;
    const after = grid.firstMs + step * grid.stepMs - windowMs - freshnessMs;
    while (a + 1 < b && (timestampsMs[a + 1] as number) <= latest) a++;
    let from = a;
    let startMs = a < 0 ? Number.NEGATIVE_INFINITY : (timestampsMs[a] as number);
    let startValue = a < 0 ? 0 : (values[a] as number);
    if (startMs <= after) {
      // Without a sample, an absence just before a birth can serve, from which the total counted up from 0.
      const birth = births.findLast(({ index }) => index <= b);
      const absentMs = birth?.absentMs[lastAtMost(birth.absentMs, latest)];
      if (birth === undefined || absentMs === undefined || absentMs <= after) continue;
      from = birth.index;
      startMs = absentMs;
      startValue = 0;
    }
    if (staleWithin(staleMs, startMs, endMs)) continue;
    if (losses.some((index) => index > from && index <= b)) continue;
    const increase = (values[b] as number) - startValue + lostByResets(values, from, b);
    result[step] = orInfinity(increase / ((endMs - startMs) / MS_PER_SECOND));
  }
  return result;
}

/** When the targets of a series were scraped, with what success. */
export interface Scrapes {
  readonly timesMs: Float64Array;
  readonly up: Float64Array;
}

/** The run of successful scrapes that ends with the last one before `beforeMs`, no further back than `sinceMs`. */
function upRun(
  { timesMs, up }: Scrapes,
  beforeMs: number,
  sinceMs: number,
  freshnessMs: number,
): Float64Array {
  const last = lastAtMost(timesMs, beforeMs - 1);
  let first = last + 1;
  let nextMs = beforeMs;
  while (first > 0) {
    const ms = timesMs[first - 1] as number;
    if (up[first - 1] !== 1 || ms < sinceMs || nextMs - ms > freshnessMs) break;
    nextMs = ms;
    first--;
  }
  return timesMs.slice(first, last + 1);
}

/**
 * Finds where a series was born: samples before which it was absent for the whole lookback, while its target was
 * scraped with success to the last.
 *
 * @param knownSinceMs where the samples that were read begin: what was before it is not known
 */
export function birthsOf(
  { timestampsMs, staleMs }: RawSeries,
  scrapes: Scrapes,
  {
    lookbackMs,
    freshnessMs,
    knownSinceMs,
  }: { lookbackMs: number; freshnessMs: number; knownSinceMs: number },
): Birth[] {
  const births: Birth[] = [];
  timestampsMs.forEach((ms, index) => {
    const absentSinceMs = ms - lookbackMs;
    const before = timestampsMs[index - 1] ?? knownSinceMs;
    if (before > absentSinceMs || staleWithin(staleMs, absentSinceMs - 1, ms)) return;
    const absentMs = upRun(scrapes, ms, absentSinceMs, freshnessMs);
    if (absentMs.length > 0) births.push({ index, absentMs });
  });
  return births;
}
