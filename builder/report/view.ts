import { entityText } from '../../dataset/model/entity.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Bins } from './bins.ts';
import type { Scenario } from './classes.ts';
import type { Collected, Lane } from './collect.ts';
import type { TimeTick } from './time-axis.ts';

/** All that the sections of a report are drawn from. */
export interface View {
  readonly manifest: Manifest;
  readonly bins: Bins;
  readonly scenarios: readonly Scenario[];
  readonly collected: Collected;
  /** Round times, few enough for the smallest figure. */
  readonly ticks: readonly TimeTick[];
}

export type Column = Manifest['columns'][number];

export function featuresOf({ columns }: Manifest): Column[] {
  return columns.filter(({ metric, type }) => metric !== undefined || type === 'double');
}

export const displayName = entityText;

/** Nodes whose features are drawn. */
export function drawnLanes({ collected }: View): Lane[] {
  return collected.lanes.filter(({ envelopes }) => envelopes !== undefined);
}
