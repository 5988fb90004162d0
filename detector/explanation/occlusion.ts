/**
 * Why a row is an alarm: what its score would be if some columns were usual. Columns of one metric are taken together, as one alone
 * would be given away by the others.
 *
 * @see M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks (2013), 4.2, for occlusion
 */
import { groupBy } from '../../common/collections.ts';
import { emptyMatrix, type Matrix } from '../../learning/base/matrix.ts';
import type { Scored } from '../calibration/scored-rows.ts';
import type { Detector } from '../candidate/detector.ts';
import type { Inputs } from '../features/node-features.ts';
import { type FeaturePlan, SUMMARIES, windowShape } from '../features/plan.ts';
import type { Gathered } from '../samples/gather.ts';

/** How many are named. */
const NAMED = 3;

/** What a group of columns contributed to a score. */
export interface Contribution {
  /** The one of the group that lies furthest from where it usually does. */
  readonly column: string;
  /** The whole group, in the model's order. */
  readonly columns: readonly string[];
  /** The score if the group were usual. */
  readonly without: number;
}

interface Described {
  readonly name: string;
  readonly metric?: string | undefined;
}

/** Columns that are occluded together: those of one metric. */
function groupsOf(columns: readonly Described[]): string[][] {
  return [...groupBy(columns, ({ name, metric }) => metric ?? name).values()].map((group) =>
    group.map(({ name }) => name),
  );
}

/** A row first as it is, then once for each group, with the group at 0 in features and window: where the node usually is. */
function occluded(row: Inputs, plan: FeaturePlan, groups: readonly string[][]): Gathered {
  const { rows, channels } = windowShape(plan);
  const copies = (values: Float32Array): Matrix => {
    const result = emptyMatrix(groups.length + 1, values.length);
    for (let i = 0; i <= groups.length; i++) result.values.set(values, i * values.length);
    return result;
  };
  const [features, windows] = [copies(row.features), copies(row.window)];
  groups.forEach((group, i) => {
    for (const column of group) {
      const channel = plan.columns.indexOf(column);
      // Each summary has all the columns in the plan's order.
      for (let summary = 0; summary < SUMMARIES.length; summary++)
        features.values[(i + 1) * features.columns + summary * plan.columns.length + channel] = 0;
      for (let at = 0; at < rows; at++)
        windows.values[(i + 1) * windows.columns + at * channels + channel] = 0;
    }
  });
  return { features, windows };
}

/** How unusual a row is by all parts together: tells groups apart when the score is decided by one part alone. */
function evidence({ pValues }: Scored): number {
  return Object.values(pValues).reduce((sum, p) => sum - Math.log(p), 0);
}

/** The groups of columns without which a row's score would be lower, those that matter most first. */
export async function explain(detector: Detector, row: Inputs): Promise<Contribution[]> {
  const { model, plan } = detector.candidate;
  const groups = groupsOf(model.columns);
  const judged = await detector.score(occluded(row, plan, groups));
  const scored = judged.at(0);
  // The first features are the columns as they are last seen.
  const distance = (column: string) => Math.abs(row.features[plan.columns.indexOf(column)] || 0);
  const moved = groups
    .map((columns, i) => {
      const other = judged.at(i + 1);
      const column = columns.reduce((far, own) => (distance(own) > distance(far) ? own : far));
      return {
        contribution: { column, columns, without: other.score },
        drop: scored.score - other.score,
        rest: evidence(scored) - evidence(other),
      };
    })
    .sort((a, b) => b.drop - a.drop || b.rest - a.rest);
  // Where several groups would each be enough, none lowers the score alone: then those count without which less would be unusual.
  const lower = moved.filter(({ drop }) => drop > 0);
  const named = lower.length > 0 ? lower : moved.filter(({ drop, rest }) => drop === 0 && rest > 0);
  return named.slice(0, NAMED).map(({ contribution }) => contribution);
}
