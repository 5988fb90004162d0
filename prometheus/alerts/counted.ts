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

/** When a container began. */
const BEGAN = 'kubevigil_container_start_time_seconds';

function secondsOf(duration: Duration): number {
  return Number(duration.slice(0, -1)) * (duration.endsWith('h') ? 3600 : 60);
}

function find(name: string): CounterSpec {
  const metric = METRICS.find((one) => one.name === name);
  if (metric?.type !== 'counter') throw new Error(`no counter ${name} in the catalogue`);
  return metric;
}

/** A container is scraped for the first time so long after its start, at a minute between scrapes. */
const FIRST_SCRAPE_SECONDS = 120;

/** What tells one owner of a metric from another. */
const OWNER = { pod: 'namespace, pod', container: 'namespace, pod, container' };

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
 * A container's or pod's total (`container`) began at 0 with it. Its newest value counts if it was not there when the window
 * began, and the container (or the first of the pod's) began within the window or just before it: what is older is known by
 * another name now, or could not be scraped. Other totals of the kernel (`boot`, `device`) may be older than their series;
 * only `increase()` counts them.
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
  const { since, attribution } = find(metric);
  const before = offset(agoSeconds + windowSeconds);
  const appeared = `last_over_time(${ranged(series)}) unless ${series}${before}`;
  if (since === 'container' && attribution !== undefined) {
    const owner = `${TARGET}, ${OWNER[attribution]}`;
    const began = `min by (${owner}) (last_over_time(${ranged(BEGAN)}))`;
    const youngerThan = agoSeconds + windowSeconds + FIRST_SCRAPE_SECONDS;
    const born = `${appeared} and on (${owner}) (time() - ${began} < ${youngerThan})`;
    return `sum by (${grouping}) (${born} or ${increased})`;
  }
  if (since !== 'agent') return `sum by (${grouping}) (${increased})`;

  const watched = `group by (${TARGET}) (${metric}${before})`;
  const youngerThan = agoSeconds + windowSeconds;
  const young = `group by (${TARGET}) (time() - last_over_time(${ranged(STARTED)}) < ${youngerThan})`;
  const born = `${appeared} and on (${TARGET}) (${watched} or ${young})`;
  return `sum by (${grouping}) (${born} or ${increased})`;
}
