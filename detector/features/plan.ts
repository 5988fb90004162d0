/** How rows become what models see; the same in training, in batch and live. */
export interface FeaturePlan {
  readonly columns: readonly string[];
  readonly stepMs: number;
  /** Rows of a window: a row and those before it. */
  readonly window: number;
  /** How far back a node's own past reaches. */
  readonly horizonMs: number;
  /** Rows in which a node's past is learned after it began, or after a gap that is longer than the past. */
  readonly learningRows: number;
  /** One per column: what a usual distance from the usual is, in the column's unit. */
  readonly scales: readonly number[];
}

/** What the models see of a column's window. */
export const SUMMARIES = ['last', 'mean', 'min', 'max'] as const;
/** Shares of the columns that are missing. */
const MISSING_FEATURES = ['missing:last', 'missing:mean'] as const;

/** Rows of a window and channels of each: the columns, and the share of missing ones. */
export function windowShape({ window, columns }: Pick<FeaturePlan, 'window' | 'columns'>) {
  return { rows: window, channels: columns.length + 1 };
}

/** Names of the features in their order: the columns' by summary, then what is missing. */
export function featureNames(columns: readonly string[]): string[] {
  return [
    ...SUMMARIES.flatMap((summary) => columns.map((column) => `${column}:${summary}`)),
    ...MISSING_FEATURES,
  ];
}

/** How many features so many columns have. */
export function featureCount(columns: number): number {
  return SUMMARIES.length * columns + MISSING_FEATURES.length;
}
