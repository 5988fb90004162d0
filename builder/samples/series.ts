import type { Ms } from '../../common/ms.ts';
import { labelText, type Matcher } from '../../exporter/catalogue/model/promql.ts';

export type { Matcher };

/** The samples of one series over the time that was asked for, as the server stored them. */
export interface RawSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, strictly increasing. */
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  /** times of stale markers, sorted, not among timestampsMs */
  readonly staleMs: Float64Array;
}

/** Which series to read: those of one metric that every matcher fits. */
export interface SeriesSelector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** Every multiple of the step from the first to the last, both included and both multiples themselves. */
export interface Steps {
  readonly firstMs: Ms;
  readonly lastMs: Ms;
  readonly stepMs: Ms;
}

/** A way to read raw samples. */
export interface SampleSource {
  readonly way: 'remote-read' | 'range-selectors';
  /** Whether stale markers come along. */
  readonly staleMarkers: boolean;
  /** All samples in (fromMs, toMs], without lookback; the series in no particular order. */
  read(selector: SeriesSelector, fromMs: Ms, toMs: Ms): Promise<RawSeries[]>;
  /** An expression's values at each step, as the server computes them: with lookback. */
  evaluate(query: string, steps: Steps): Promise<RawSeries[]>;
}

/** A text that is the same for the same labels, whatever their order. */
export function seriesKey(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

/** A series as PromQL writes it, for messages. */
export function seriesName(labels: Readonly<Record<string, string>>): string {
  const { __name__: name = '', ...rest } = labels;
  const inner = Object.entries(rest).map(([label, value]) => `${labelText(label)}=${JSON.stringify(value)}`);
  return `${name}{${inner.join(',')}}`;
}
