import type { RawSeries } from '../samples/series.ts';

/**
 * The series with every NaN among its stale markers: nothing was measured at that time, and what came before counts no
 * longer. Servers differ in the form of a marker: Prometheus tells it from other NaN by its bits, and leaves it out of the
 * query API; VictoriaMetrics writes it there as "NaN". An ordinary NaN, which an exporter may send, is no value of a
 * counter or gauge either: a rate across it would not see a reset.
 */
export function nanAsMarkers(series: RawSeries): RawSeries {
  const { timestampsMs, values, staleMs } = series;
  if (!values.includes(Number.NaN)) return series;
  const isValue = (_: number, i: number) => !Number.isNaN(values[i]);
  return {
    ...series,
    timestampsMs: timestampsMs.filter(isValue),
    values: values.filter((value) => !Number.isNaN(value)),
    staleMs: Float64Array.from([
      ...staleMs,
      ...timestampsMs.filter((_, i) => Number.isNaN(values[i])),
    ]).sort(),
  };
}
