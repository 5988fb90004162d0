import type { BuildConfig, MetricLabels, PromqlLabels } from '../config/schema.ts';

/** Labels in a label's terms: which label has the cluster is decided. */
export type Clustered<T> = Omit<T, 'clusterLabel'> & { readonly clusterLabel: string };

/** A label source with all that it is to know. */
export type LabelSource =
  | { readonly episodes: string }
  | { readonly metric: Clustered<MetricLabels> }
  | Clustered<PromqlLabels>;

/** The label sources: of series without a word on it, the cluster is told by the label that tells it of rows. */
export function labelSources({
  labels,
  clusterLabel,
}: Pick<BuildConfig, 'labels' | 'clusterLabel'>): LabelSource[] | undefined {
  return labels?.map((source) => {
    if ('episodes' in source) return source;
    if ('metric' in source)
      return { metric: { ...source.metric, clusterLabel: source.metric.clusterLabel ?? clusterLabel } };
    return { ...source, clusterLabel: source.clusterLabel ?? clusterLabel };
  });
}
