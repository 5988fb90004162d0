/**
 * Why a row is an alarm: what its score would be if some columns were usual. Columns of one metric are taken together, as one alone
 * would be given away by the others.
 *
 * @see M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks (2013), 4.2, for occlusion
 */
import { groupBy } from '../../common/collections.ts';
import { emptyMatrix, type Matrix } from '../../learning/base/matrix.ts';
import type { Detector, Scored } from '../candidate/detector.ts';
import { type FeaturePlan, featureNames, SUMMARIES, windowShape } from '../features/plan.ts';
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

/** A row once for each group, with the group at 0 in features and window: where the node usually is. */
function occluded({ features, windows }: Gathered, plan: FeaturePlan, groups: readonly string[][]): Gathered {
  const names = featureNames(plan.columns);
  const { rows, channels } = windowShape(plan);
  const copies = ({ columns, values }: Matrix): Matrix => {
    const result = emptyMatrix(groups.length, columns);
    groups.forEach((_, i) => void result.values.set(values, i * columns));
    return result;
  };
  const result = { features: copies(features), windows: copies(windows) };
  groups.forEach((group, i) => {
    for (const column of group) {
      for (const summary of SUMMARIES)
        result.features.values[i * features.columns + names.indexOf(`${column}:${summary}`)] = 0;
      const channel = plan.columns.indexOf(column);
      for (let row = 0; row < rows; row++)
        result.windows.values[i * windows.columns + row * channels + channel] = 0;
    }
  });
  return result;
}

/** How unusual a row is by all parts together: tells groups apart when the score is decided by one part alone. */
function evidence({ pValues }: Scored): number {
  return Object.values(pValues).reduce((sum, p) => sum - Math.log(p), 0);
}

/**
 * The groups of columns without which a row's score would be lower, those that matter most first.
 *
 * @param row one row's features and window
 */
export async function explain(detector: Detector, row: Gathered): Promise<Contribution[]> {
  const { model, plan } = detector.candidate;
  const groups = groupsOf(model.columns);
  const [scored] = await detector.score(row);
  if (scored === undefined) return [];
  const without = await detector.score(occluded(row, plan, groups));
  // The first features are the columns as they are last seen.
  const distance = (column: string) => Math.abs(row.features.values[plan.columns.indexOf(column)] || 0);
  const moved = groups
    .map((columns, i) => {
      const other = without[i] as Scored;
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
