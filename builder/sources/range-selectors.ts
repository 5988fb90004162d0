import { type Ms, wholeMs } from '../../common/ms.ts';
import { TooMuchAtOnce } from '../prometheus/api-answer.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { selectorText } from '../prometheus/selectors.ts';
import { Tally } from '../prometheus/tally.ts';
import { type RawSeries, type SampleSource, type SeriesSelector, seriesKey } from '../samples/series.ts';
import { queryRange } from './query-range.ts';

const FIRST_WINDOW_MS = 3_600_000;
const LONGEST_WINDOW_MS = 2 * 86_400_000;
const SHORTEST_WINDOW_MS = 30_000;
/** A window's samples, beyond which the next window is half as long. */
const MOST_SAMPLES = 1_000_000;
const FEW_SAMPLES = MOST_SAMPLES / 4;

interface Growing {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: Float64Array[];
  readonly values: Float64Array[];
  readonly stale: Float64Array[];
}

/** Appends what lies after fromMs: before 3.0 the server also sends a sample exactly at the window's start. */
function append(target: Map<string, Growing>, found: RawSeries, fromMs: number) {
  const { labels, timestampsMs, values, staleMs } = found;
  const first = (timestampsMs[0] ?? Number.POSITIVE_INFINITY) <= fromMs ? 1 : 0;
  const stale = staleMs.filter((time) => time > fromMs);
  if (timestampsMs.length === first && stale.length === 0) return;
  const key = seriesKey(labels);
  const series = target.get(key) ?? { labels, times: [], values: [], stale: [] };
  target.set(key, series);
  series.times.push(timestampsMs.subarray(first));
  series.values.push(values.subarray(first));
  series.stale.push(stale);
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Reads raw samples by instant queries of range selectors, `metric[1h]` at the window's end. A window that the
 * server finds too much is halved; one that brings little makes the next one longer.
 *
 * Of most servers stale markers do not come this way.
 */
export function rangeSelectorSource(prometheus: Prometheus): SampleSource {
  /** Window that fitted last, per metric. */
  const windows = new Map<string, number>();

  async function readWindow(selector: SeriesSelector, fromMs: Ms, toMs: Ms) {
    let windowMs = wholeMs(Math.min(windows.get(selector.metric) ?? FIRST_WINDOW_MS, toMs - fromMs));
    for (;;) {
      try {
        return {
          windowMs,
          found: await prometheus.rawSamples(selector, windowMs, wholeMs(fromMs + windowMs)),
        };
      } catch (error) {
        if (!(error instanceof TooMuchAtOnce) || windowMs <= SHORTEST_WINDOW_MS) throw error;
        windowMs = wholeMs(Math.ceil(windowMs / 2));
      }
    }
  }

  return {
    way: 'range-selectors',
    staleMarkers: prometheus.server.markersInQueries,
    evaluate: (query, steps) => queryRange(prometheus, query, steps),

    async read(selector, fromMs, toMs): Promise<RawSeries[]> {
      const all = new Map<string, Growing>();
      const tally = new Tally(prometheus.bounds, selectorText(selector));
      let samplesOfAll = 0;
      for (let at = fromMs; at < toMs; ) {
        const { windowMs, found } = await readWindow(selector, at, toMs);
        for (const series of found) append(all, series, at);
        const samples = found.reduce((sum, { timestampsMs }) => sum + timestampsMs.length, 0);
        samplesOfAll += samples;
        tally.check(all.size, samplesOfAll);
        at = wholeMs(at + windowMs);
        const factor = samples > MOST_SAMPLES ? 0.5 : samples < FEW_SAMPLES ? 2 : 1;
        windows.set(selector.metric, Math.min(Math.ceil(windowMs * factor), LONGEST_WINDOW_MS));
      }
      return [...all.values()].map(({ labels, times, values, stale }) => ({
        labels,
        timestampsMs: concatenate(times),
        values: concatenate(values),
        staleMs: concatenate(stale),
      }));
    },
  };
}
