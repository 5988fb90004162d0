import { VERDICT } from '../../dataset/episodes/verdicts.ts';
import type { NamedEntity } from '../../dataset/model/entity.ts';

/** The label of rows without an attack. */
export const NORMAL = 'normal';

/** A feature column as the dataset describes it. */
export interface Column {
  readonly name: string;
  readonly unit?: string | undefined;
  /** Metric that it is made of. */
  readonly metric?: string | undefined;
}

/** What is known of one row beside its features. */
export interface RowFacts {
  /** Scenario, or `normal`; null when nobody knows. */
  readonly label: string | null;
  readonly episode: string | null;
  readonly role: string | null;
  /** What a pod has to do with the episode; absent where rows do not tell it. */
  readonly involvement?: string | null;
  readonly phase: string | null;
  /** Part that the row belongs to: train, validation, test, embargo. */
  readonly split: string | null;
}

/** Whether a person named the row by a verdict; in a dataset of several labs the lab's name stands before it. */
export function isVerdict({ episode }: Pick<RowFacts, 'episode'>): boolean {
  return episode !== null && (episode.startsWith(VERDICT) || episode.includes(`/${VERDICT}`));
}

/** The rows of one node (or pod) in time order, each time once. */
export interface Series {
  readonly entity: NamedEntity;
  readonly timesMs: Float64Array;
  /** One array per column; NaN is null. */
  readonly values: readonly Float64Array[];
  readonly facts: readonly RowFacts[];
}

/** A dataset's rows in memory. */
export interface Dataset {
  /** As messages name it. */
  readonly name: string;
  readonly stepMs: number;
  readonly columns: readonly Column[];
  readonly series: readonly Series[];
  /** SHA-256 of the rows, whatever files they stand in. */
  readonly rowsDigest: string;
}
