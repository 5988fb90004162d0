import type { RowLabel, Split } from '../../dataset/model/rows.ts';

/** A dataset's row: the columns in their order, times in RFC 3339 and UTC, null for null. */
export type Row = Readonly<Record<string, number | string | null>>;

/** Whether the labels can still change: `final` when the label delay is over. */
type LabelState = 'provisional' | 'final';

/** A row of a step that has closed. */
interface RowRecord {
  readonly type: 'row';
  readonly label_state: LabelState;
  readonly row: Row;
}

/** All rows of a step are out; labels of rows up to `final_until` do not change any more (null: of none yet). */
interface StepRecord {
  readonly type: 'step';
  readonly timestamp: string;
  readonly rows: number;
  readonly final_until: string | null;
}

/** An earlier row's labels, now that more is known of its episode. */
export interface LabelRecord extends RowLabel {
  readonly type: 'label';
  readonly label_state: LabelState;
  readonly timestamp: string;
  readonly cluster: string | null;
  readonly node: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly split: Split | null;
}

/**
 * Something is missing for the steps after `from` up to `to`. `no_samples`: no node was scraped; `data`: the samples
 * cannot make rows; `not_held`: rows may have been, but this stream does not hold them (any more); `labels_unknown`:
 * label sources could not be read in time, the rows keep their provisional labels.
 */
export interface GapRecord {
  readonly type: 'gap';
  readonly reason: GapReason;
  readonly from: string;
  readonly to: string;
  readonly message: string;
}

export const GAP_REASONS = ['no_samples', 'data', 'not_held', 'labels_unknown'] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** The rows of this step are due and cannot be had yet; they, or a gap, will follow. */
export interface LateRecord {
  readonly type: 'late';
  readonly timestamp: string;
  readonly message: string;
}

/** What is held for readers to resume from, each with a position. */
export type HeldRecord = RowRecord | StepRecord | LabelRecord | GapRecord;
