/**
 * When a counter's series began, and what it had counted by then: whether its first value is an increase, and whether
 * one that falls was reset.
 */

import { groupBy } from '../../../common/collections.ts';
import { MS_PER_SECOND } from '../../../common/ms.ts';
import type { CounterSpec } from '../../../exporter/catalogue/model/define.ts';
import { birthLookback, REMEMBERED_MS } from '../../plan/lookback.ts';
import type { RawSeries } from '../../samples/series.ts';
import { type Birth, birthsOf, hasTime, lastAtMost, type Scrapes } from './grid.ts';

/** A node's clock and Prometheus' may be so far apart: within this, who was there under another name was there. */
const CLOCKS_APART_MS = 5_000;
/** After a reset a counter may be so many times as fast as it was. */
const BURST = 8;
/** A fall to less than this part of what stood before is a reset, whatever was counted since. */
const RESET_BELOW = 0.25;

interface Times {
  readonly freshnessMs: number;
  /** Before this the samples were not read. */
  readonly knownSinceMs: number;
}

interface Sources {
  /** By target. */
  readonly scrapes: ReadonlyMap<string, Scrapes>;
  /** `kubevigil_container_start_time_seconds`. */
  readonly starts: readonly RawSeries[];
  readonly targetKey: (series: RawSeries) => string;
}

const isSample = ({ timestampsMs }: RawSeries, ms: number) => hasTime(timestampsMs, ms);

/** The owner of a series: a container, or a pod where the metric does not tell containers apart. */
const podOf = ({ namespace = '', pod = '' }: RawSeries['labels']) => JSON.stringify([namespace, pod]);

/** Whether an owner is not known by name yet: a short id stands for it. */
const isUnnamed = ({ namespace = '', pod = '', container = '' }: RawSeries['labels']) =>
  namespace === '' && !pod.startsWith('_') && (pod !== '' || container !== '');

/** Tells of the counters of one metric at a time when they began. */
export class Beginnings {
  readonly #times: Times;
  readonly #scrapes: Sources['scrapes'];
  readonly #targetKey: Sources['targetKey'];
  /** By target, then by pod. */
  readonly #starts: ReadonlyMap<string, ReadonlyMap<string, readonly RawSeries[]>>;
  /** All series of the metric at hand by target. */
  #siblings = new Map<string, RawSeries[]>();

  constructor(times: Times, { scrapes, starts, targetKey }: Sources) {
    this.#times = times;
    this.#scrapes = scrapes;
    this.#targetKey = targetKey;
    this.#starts = new Map(
      [...groupBy(starts, targetKey)].map(([key, own]) => [key, groupBy(own, ({ labels }) => podOf(labels))]),
    );
  }

  /** @param series all of the metric that is asked about next */
  beginMetric(series: readonly RawSeries[]): void {
    this.#siblings = groupBy(series, this.#targetKey);
  }

  /**
   * Where the series was born: with the scrapes of its target at which it stood at zero, for it was not there.
   *
   * Only scrapes count at which the target exposed another series of the metric. Without any, as when the exporter has only
   * now been told (or able) to look, the totals are older than their series.
   */
  births(series: RawSeries, metric: CounterSpec, windowMs: number): Birth[] {
    const target = this.#targetKey(series);
    const scrapes = this.#scrapes.get(target);
    if (scrapes === undefined || metric.since === 'boot') return [];
    const { freshnessMs, knownSinceMs } = this.#times;
    const lookbackMs = birthLookback(windowMs, freshnessMs);
    const siblings = this.#siblings.get(target) ?? [];
    return birthsOf(series, scrapes, { lookbackMs, freshnessMs, knownSinceMs }).flatMap(
      ({ index, absentMs }) => {
        const told = absentMs.filter((ms) => siblings.some((each) => isSample(each, ms)));
        const zero = this.#atZero(series, metric, index, told, siblings);
        return zero.length === 0 ? [] : [{ index, absentMs: zero }];
      },
    );
  }

  /** Those of the scrapes at which the series' total surely was zero. */
  #atZero(
    series: RawSeries,
    metric: CounterSpec,
    index: number,
    absentMs: Float64Array,
    siblings: readonly RawSeries[],
  ): Float64Array {
    if (metric.since === 'agent' || absentMs.length === 0) return absentMs;
    const ms = series.timestampsMs[index] as number;
    const beganMs = metric.since === 'container' ? this.#beganMs(series, ms) : undefined;
    if (beganMs !== undefined) {
      // A pod can be older than the containers that it has now.
      const sinceMs = series.labels['container'] === undefined ? 0 : beganMs - CLOCKS_APART_MS;
      const mayBeOlder = (at: number) =>
        at > sinceMs && siblings.some((each) => succeeds(series, metric, each, at, ms));
      return absentMs.filter((at) => at <= beganMs && !mayBeOlder(at));
    }
    const none = absentMs.subarray(0, 0);
    const lastMs = absentMs.at(-1) as number;
    if (siblings.some((each) => succeeds(series, metric, each, lastMs, ms))) return none;
    return wasThere(series, index) || isTooMuch(series, metric, index, lastMs) ? none : absentMs;
  }

  /**
   * When the container (or the first container of the pod) of a series began, as its target told at a scrape; −Infinity
   * where the target did not tell of this one then, undefined where it told of none for some minutes.
   */
  #beganMs(series: RawSeries, ms: number): number | undefined {
    const ofTarget = this.#starts.get(this.#targetKey(series));
    if (ofTarget === undefined) return undefined;
    const { container } = series.labels;
    let told = Number.POSITIVE_INFINITY;
    for (const start of ofTarget.get(podOf(series.labels)) ?? []) {
      if (container !== undefined && (start.labels['container'] ?? '') !== container) continue;
      const at = lastAtMost(start.timestampsMs, ms);
      if (start.timestampsMs[at] === ms) told = Math.min(told, (start.values[at] as number) * MS_PER_SECOND);
    }
    if (Number.isFinite(told)) return told;
    // What it tells later is not known yet.
    const sinceMs = ms - birthLookback(0, this.#times.freshnessMs);
    const tells = ({ timestampsMs }: RawSeries) =>
      (timestampsMs[lastAtMost(timestampsMs, ms)] ?? 0) > sinceMs;
    return [...ofTarget.values()].some((starts) => starts.some(tells)) ? Number.NEGATIVE_INFINITY : undefined;
  }

  /**
   * Falls that are no resets: what was counted by a part that is not there any more is missing since. How much was
   * counted meanwhile is not known.
   *
   * @returns indices of the samples after them
   */
  losses(series: RawSeries, metric: CounterSpec): number[] {
    const { timestampsMs, values } = series;
    const losses: number[] = [];
    if (metric.since === 'agent') return losses;
    for (let i = 1; i < values.length; i++) {
      if ((values[i] as number) >= (values[i - 1] as number)) continue;
      const beganMs =
        metric.since === 'container' ? this.#beganMs(series, timestampsMs[i] as number) : undefined;
      const since = (timestampsMs[i - 1] as number) - this.#times.freshnessMs;
      const isReset = Number.isFinite(beganMs) ? (beganMs as number) > since : this.#canBeReset(series, i);
      if (!isReset) losses.push(i);
    }
    return losses;
  }

  /** Whether what stands after a fall can have been counted since the sample before it. */
  #canBeReset({ timestampsMs, values }: RawSeries, index: number): boolean {
    const value = values[index] as number;
    if (value < RESET_BELOW * (values[index - 1] as number)) return true;
    const beforeMs = timestampsMs[index - 1] as number;
    const sinceMs = beforeMs - birthLookback(0, this.#times.freshnessMs);
    let fastest = 0;
    for (let i = index - 1; i > 0 && (timestampsMs[i - 1] as number) >= sinceMs; i--) {
      const passedMs = (timestampsMs[i] as number) - (timestampsMs[i - 1] as number);
      fastest = Math.max(fastest, ((values[i] as number) - (values[i - 1] as number)) / passedMs);
    }
    return value <= BURST * fastest * ((timestampsMs[index] as number) - beforeMs);
  }
}

/**
 * Whether a series that ended when another appeared may be the same thing under the name that it had before: a container by its
 * short id (or that lost its name with the agent's restart), a device that another takes the place of.
 */
function succeeds(
  { labels }: RawSeries,
  { since }: CounterSpec,
  other: RawSeries,
  lastMs: number,
  ms: number,
): boolean {
  if (!isSample(other, lastMs) || isSample(other, ms)) return false;
  const isSame = ['direction', 'event'].every((label) => labels[label] === other.labels[label]);
  return isSame && (since === 'device' || isUnnamed(other.labels) || isUnnamed(labels));
}

/** Whether the series was there some time ago, and with less: it goes on from there. */
function wasThere({ timestampsMs, values }: RawSeries, index: number): boolean {
  if (index === 0) return false;
  const awayMs = (timestampsMs[index] as number) - (timestampsMs[index - 1] as number);
  return awayMs <= REMEMBERED_MS && (values[index] as number) >= (values[index - 1] as number);
}

/** Whether no machine counts so much in the time. */
function isTooMuch(
  { timestampsMs, values }: RawSeries,
  { fastest = Number.POSITIVE_INFINITY }: CounterSpec,
  index: number,
  sinceMs: number,
): boolean {
  const seconds = ((timestampsMs[index] as number) - sinceMs) / MS_PER_SECOND;
  return (values[index] as number) > fastest * seconds;
}
