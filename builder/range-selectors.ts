import { BuilderError } from './errors.ts';
import { type MatrixSeries, type Prometheus, TooMuchAtOnce } from './prometheus.ts';
import { type RawSeries, type SampleSource, type SeriesSelector, seriesKey, seriesName } from './series.ts';

const MS_PER_SECOND = 1000;
const FIRST_WINDOW_MS = 3_600_000;
const LONGEST_WINDOW_MS = 2 * 86_400_000;
const SHORTEST_WINDOW_MS = 30_000;
/** A window's samples, beyond which the next window is half as long: 30 MB of JSON. */
const MOST_SAMPLES = 1_000_000;
const FEW_SAMPLES = MOST_SAMPLES / 4;

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

/** A sample's value as the API writes it. */
function numberOf(text: string): number {
  return SPECIAL[text] ?? Number(text);
}

interface Growing {
  readonly labels: Readonly<Record<string, string>>;
  readonly timesMs: number[];
  readonly values: number[];
}

/** Appends what lies in (fromMs, toMs]: before 3.0 the server also sends a sample exactly at the window's start. */
function append(
  target: Map<string, Growing>,
  { metric, values, histograms }: MatrixSeries,
  fromMs: number,
  toMs: number,
): number {
  if (histograms !== undefined && histograms.length > 0) {
    throw new BuilderError(
      'data',
      `${seriesName(metric)} is a native histogram, of which no column can be made`,
    );
  }
  const key = seriesKey(metric);
  const series = target.get(key) ?? { labels: metric, timesMs: [], values: [] };
  target.set(key, series);
  for (const [seconds, text] of values ?? []) {
    const ms = Math.round(seconds * MS_PER_SECOND);
    if (ms <= fromMs || ms > toMs) continue;
    series.timesMs.push(ms);
    series.values.push(numberOf(text));
  }
  return values?.length ?? 0;
}

const NO_STALE_MARKERS = new Float64Array(0);

/**
 * Reads raw samples by instant queries of range selectors, `metric[1h]` at the window's end. A window that the
 * server finds too much is halved; one that brings little makes the next one longer.
 *
 * Stale markers do not come this way.
 */
export function rangeSelectorSource(prometheus: Prometheus): SampleSource {
  /** Window that fitted last, per metric. */
  const windows = new Map<string, number>();

  async function readWindow(selector: SeriesSelector, fromMs: number, toMs: number) {
    let windowMs = Math.min(windows.get(selector.metric) ?? FIRST_WINDOW_MS, toMs - fromMs);
    for (;;) {
      try {
        return { windowMs, found: await prometheus.rawSamples(selector, windowMs, fromMs + windowMs) };
      } catch (error) {
        if (!(error instanceof TooMuchAtOnce) || windowMs <= SHORTEST_WINDOW_MS) throw error;
        windowMs = Math.ceil(windowMs / 2);
      }
    }
  }

  return {
    staleMarkers: false,

    async read(selector, fromMs, toMs): Promise<RawSeries[]> {
      const all = new Map<string, Growing>();
      for (let at = fromMs; at < toMs; ) {
        const { windowMs, found } = await readWindow(selector, at, toMs);
        const samples = found.reduce((sum, series) => sum + append(all, series, at, at + windowMs), 0);
        at += windowMs;
        const factor = samples > MOST_SAMPLES ? 0.5 : samples < FEW_SAMPLES ? 2 : 1;
        windows.set(selector.metric, Math.min(Math.ceil(windowMs * factor), LONGEST_WINDOW_MS));
      }
      return [...all.values()]
        .filter(({ timesMs }) => timesMs.length > 0)
        .map(({ labels, timesMs, values }) => ({
          labels,
          timestampsMs: Float64Array.from(timesMs),
          values: Float64Array.from(values),
          staleMs: NO_STALE_MARKERS,
        }));
    },
  };
}
