import type { ColumnSpec, MetricSpec } from '../../exporter/catalogue/model/define.ts';

/** The parts that a row can belong to; `embargo` rows lie between two of the others and belong to none. */
export const PARTS = ['train', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];
/** In the order in which a day's files stand in a manifest. */
export const SPLITS = [...PARTS, 'embargo'] as const;
export type Split = (typeof SPLITS)[number];

type Phase = 'normal' | 'attack' | 'recovery';

/** A catalogue column as this run computes it. */
export interface PlannedColumn {
  readonly column: ColumnSpec;
  readonly metric: MetricSpec;
  readonly windowMs: number;
}

/** A column that an expression gives, evaluated by the server at each step. */
export interface QueryColumn {
  readonly column: { readonly name: string; readonly help: string; readonly unit?: string };
  readonly promql: string;
  /** How far back the expression looks. */
  readonly windowMs: number;
}

export type FeatureColumn = PlannedColumn | QueryColumn;

/** Whether a column is made of raw samples, as the catalogue says. */
export function isPlanned(column: FeatureColumn): column is PlannedColumn {
  return 'metric' in column;
}

/** The rows of one UTC day: every multiple of the step from the first to the last, both included. */
export interface Partition {
  /** `2026-11-23` */
  readonly date: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The steps of a partition. */
export interface Grid {
  readonly firstMs: number;
  readonly stepMs: number;
  readonly steps: number;
}

/** What rows are about: a node of a cluster (empty when no label names one), or a pod on it. */
export interface EntityName {
  readonly cluster: string;
  readonly node: string;
  /** Both for a pod, none for a node. */
  readonly namespace?: string;
  readonly pod?: string;
}

/** The rows of one node or pod in one partition, in time order. In a feature, NaN is null. */
export interface NodeRows extends EntityName {
  readonly timesMs: Float64Array;
  /** One array per planned column. */
  readonly features: readonly Float64Array[];
  /** Per planned column, how many nulls stand for an infinity; absent when none does. */
  readonly infinite?: readonly number[];
}

/** What is known of one row beside its features; null is «nobody said». */
export interface RowLabel {
  readonly label: string | null;
  readonly anomaly: 0 | 1 | null;
  readonly episode: string | null;
  readonly role: string | null;
  /** What a pod has to do with the episode; absent where nobody told, and of nodes. */
  readonly involvement?: string;
  readonly phase: Phase | null;
  readonly run: string | null;
}

export interface LabelledRows extends NodeRows {
  readonly labels: readonly RowLabel[];
}

export interface SplitRows extends LabelledRows {
  readonly splits: readonly Split[];
}
