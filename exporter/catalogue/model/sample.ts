import type { Attribution, LabelValues, MetricSpec, ValueOf } from './define.ts';

/** One value of one series, before rendering. */
export interface Sample {
  readonly metric: MetricSpec;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

type AttributionOf<A extends Attribution | undefined> = A extends 'container'
  ? { readonly namespace: string; readonly pod: string; readonly container: string }
  : A extends 'pod'
    ? { readonly namespace: string; readonly pod: string }
    : unknown;

type LabelsOf<M extends MetricSpec> = {
  readonly [K in keyof M['labels']]: ValueOf<M['labels'][K] & LabelValues>;
} & AttributionOf<M['attribution']>;

/** A sample of a metric; a label that it does not declare, or a missing one, does not compile. */
export function sample<M extends MetricSpec>(
  metric: M,
  value: number,
  ...labels: keyof LabelsOf<M> extends never ? [] : [labels: LabelsOf<M>]
): Sample {
  return { metric, value, labels: (labels[0] ?? {}) as Readonly<Record<string, string>> };
}
