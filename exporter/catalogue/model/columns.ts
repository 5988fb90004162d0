import type { ColumnSpec, Entity, MetricSpec } from './define.ts';

export type { Entity };

/** A dataset column together with the metric that it is computed from. */
export interface CatalogueColumn {
  readonly column: ColumnSpec;
  readonly metric: MetricSpec;
}

/** The columns that a dataset about `entity` can have, in the catalogue's order. */
export function columnsOf(metrics: readonly MetricSpec[], entity: Entity): CatalogueColumn[] {
  return metrics
    .filter(({ datasets = [] }) => datasets.includes(entity))
    .flatMap((metric) => metric.columns.map((column) => ({ column, metric })));
}
