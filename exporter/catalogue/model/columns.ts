import type { ColumnSpec, MetricSpec } from './define.ts';

/** What a row of a dataset is about. */
export type Entity = 'node' | 'pod';

/** A dataset column together with the metric that it is computed from. */
export interface CatalogueColumn {
  readonly column: ColumnSpec;
  readonly metric: MetricSpec;
}

/**
 * The columns that a dataset about `entity` can have, in the catalogue's order.
 *
 * A node has every column of the 24 metrics; what the container families add is a pod's only, because the node
 * figure is not their sum. A pod has the columns of the attributed metrics.
 */
export function columnsOf(metrics: readonly MetricSpec[], entity: Entity): CatalogueColumn[] {
  return metrics
    .filter((metric) => (entity === 'node' ? metric.number !== undefined : metric.attribution !== undefined))
    .flatMap((metric) => metric.columns.map((column) => ({ column, metric })));
}
