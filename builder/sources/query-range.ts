import { wholeMs } from '../../common/ms.ts';
import { TooMuchAtOnce } from '../prometheus/api-answer.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { type RawSeries, type Steps, seriesKey } from '../samples/series.ts';

/** More points of a series than this Prometheus refuses. */
const MOST_POINTS = 11_000;

function joined(parts: readonly RawSeries[]): RawSeries {
  const [first] = parts as [RawSeries];
  return {
    labels: first.labels,
    timestampsMs: Float64Array.from(parts.flatMap(({ timestampsMs }) => [...timestampsMs])),
    values: Float64Array.from(parts.flatMap(({ values }) => [...values])),
    staleMs: new Float64Array(0),
  };
}

/**
 * Evaluates an expression at every step; in several queries where the server would refuse one.
 *
 * @throws {BuilderError} also when the server warns, which means that the answer may not be whole
 */
export async function queryRange(
  prometheus: Prometheus,
  query: string,
  { firstMs, lastMs, stepMs }: Steps,
): Promise<RawSeries[]> {
  const found = new Map<string, RawSeries[]>();
  let points = MOST_POINTS;
  for (let at = firstMs; at <= lastMs; ) {
    const untilMs = wholeMs(Math.min(at + (points - 1) * stepMs, lastMs));
    try {
      for (const series of await prometheus.rangeQuery(query, at, untilMs, stepMs)) {
        const key = seriesKey(series.labels);
        const parts = found.get(key) ?? [];
        found.set(key, parts);
        parts.push(series);
      }
    } catch (error) {
      if (!(error instanceof TooMuchAtOnce) || untilMs === at) throw error;
      points = Math.ceil(((untilMs - at) / stepMs + 1) / 2);
      continue;
    }
    at = wholeMs(untilMs + stepMs);
  }
  return [...found.values()].map(joined);
}
