import type { LabelledRows, Part, SplitRows } from '../../dataset/model/rows.ts';

/** How rows were split, as the manifest tells it. */
export interface SplitDescription {
  readonly by: 'time' | 'episode' | 'run' | 'node' | 'joined';
  readonly fractions: readonly number[];
  readonly seed?: string;
  readonly embargo: string;
  /** What of episodes makes a stratum, of which each part has its share. */
  readonly stratify?: readonly string[];
  /** Training rows that are without an attack by demand. */
  readonly attackFree?: { readonly for?: string; readonly run?: string };
  /** Last row of the training and of the validation part. */
  readonly bounds?: readonly string[];
  /** The same before episodes moved them. */
  readonly askedBounds?: readonly [string, string];
  /** Last row before each change of episodes. */
  readonly blocks?: readonly { readonly episode: string; readonly part: Part; readonly until: string }[];
}

export interface Splitter {
  split(rows: LabelledRows): SplitRows;
  /** Something plain that is the same as long as the split of all rows of these times is. */
  basis(timesMs: Float64Array): unknown;
  readonly description: SplitDescription;
}

export interface SplitTimes {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly stepMs: number;
  readonly recoveryMs: number;
  /** How far back a row's features reach: the embargo unless the configuration names one. */
  readonly reachMs: number;
  /** Whether a split by node goes by names alone, as one did that was begun when clusters did not count. */
  readonly byNameAlone?: boolean;
}
