/** What a counter counted within a window, what it counted before its first scrape included. */
import { METRICS } from '../../exporter/catalogue/index.ts';
import type { CounterSpec } from '../../exporter/catalogue/model/define.ts';
import { EXPORTER_JOB } from '../../exporter/catalogue/model/promql.ts';

/** Whole minutes or hours, since seconds are made of it. */
type Duration = `${number}${'m' | 'h'}`;

interface Counted {
  readonly metric: CounterSpec['name'];
  /** A label matcher, such as `rule="cluster_destination"`. */
  readonly where?: string;
  readonly window: Duration;
  /** Labels beside those of the node. */
  readonly by: readonly string[];
  /** How long ago the window ended. */
  readonly ago?: Duration;
}

/** What tells one exporter's target from another. */
const TARGET = 'cluster, node, instance';

/** The exporter's own, by the name that every client library uses. */
const STARTED = `process_start_time_seconds{${EXPORTER_JOB}}`;

function secondsOf(duration: Duration): number {
  return Number(duration.slice(0, -1)) * (duration.endsWith('h') ? 3600 : 60);
}

function sinceOf(name: string): CounterSpec['since'] {
  const metric = METRICS.find((one) => one.name === name);
  if (metric?.type !== 'counter') throw new Error(`no counter ${name} in the catalogue`);
  return metric.since;
}

/**
 * The increase of a counter over the window, summed by the node's labels and `by`.
 *
 * `increase()` counts nothing of a series' first value, so that what a container did before its first scrape is lost to
 * it. A series of the agent's own counts (`since: 'agent'` in the catalogue) began at 0, so that its newest value is all
 * that it counted, within the window if one of these holds:
 *
 * - it was not there when the window began, while others of its metric were there on the same target: without them the
 *   target was away, or its extractor, and the series may be older;
 * - the agent itself started within the window: then all of its counts did.
 *
 * Totals of the kernel (`boot`, `device`, `container`) may be older than their series; only `increase()` counts them.
 *
 * @throws {Error} when the catalogue has no such counter
 */
export function counted({ metric, where, window, by, ago }: Counted): string {
  const series = where === undefined ? metric : `${metric}{${where}}`;
  const offset = (seconds: number) => (seconds === 0 ? '' : ` offset ${seconds / 60}m`);
  const agoSeconds = ago === undefined ? 0 : secondsOf(ago);
  const windowSeconds = secondsOf(window);
  const ranged = (name: string) => `${name}[${window}]${offset(agoSeconds)}`;
  const grouping = ['cluster', 'node', ...by].join(', ');
  const increased = `increase(${ranged(series)})`;
  if (sinceOf(metric) !== 'agent') return `sum by (${grouping}) (${increased})`;

  const before = offset(agoSeconds + windowSeconds);
  const watched = `group by (${TARGET}) (${metric}${before})`;
  const youngerThan = agoSeconds + windowSeconds;
  const young = `group by (${TARGET}) (time() - last_over_time(${ranged(STARTED)}) < ${youngerThan})`;
  const born = `last_over_time(${ranged(series)}) unless ${series}${before} and on (${TARGET}) (${watched} or ${young})`;
  return `sum by (${grouping}) (${born} or ${increased})`;
}
