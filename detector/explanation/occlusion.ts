/**
 * Why a row is an alarm: what its score would be if some columns were usual. Columns of one metric are taken together, as one alone
 * would be given away by the others.
 *
 * @see M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks (2013), 4.2, for occlusion
 */
import { groupBy } from '../../common/collections.ts';
import { emptyMatrix, type Matrix } from '../../learning/base/matrix.ts';
import type { PartScores } from '../calibration/parts.ts';
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

/** So that what is certain, or reconstructed without an error, has a logarithm. */
const LEAST = 1e-6;

/**
 * The same by the parts' own scores, which go on where p-values end: a row that lies beyond all that the calibration has seen, as most attacks do, has the
 * least p-value whatever one group of columns adds to it. Odds and errors count by their logarithm, as do the distances of rules.
 */
function reach({ classifier, novelty, rules }: PartScores, row: number): number {
  const attack = classifier[row] as number;
  const odds = Math.log((attack + LEAST) / (1 - attack + LEAST));
  return odds + Math.log((novelty[row] as number) + LEAST) + (rules[row] as number);
}

/**
 * How much less unusual a row is without a group: by its score, by all p-values, by what the parts go by.
 *
 * @internal exported for its own tests
 */
export type Change = readonly [number, number, number];

const firstDifference = (changes: readonly number[]) => changes.find((change) => change !== 0) ?? 0;

/**
 * Orders groups by what the row would be without them; those without which it would be no less unusual are left out.
 *
 * Where several groups would each be enough, none lowers the score alone: then those count without which less would be unusual.
 *
 * @internal exported for its own tests
 */
export function byChange<T extends { readonly change: Change }>(all: readonly T[]): T[] {
  return all
    .filter(({ change }) => firstDifference(change) > 0)
    .sort((a, b) => firstDifference(b.change.map((value, i) => value - (a.change[i] as number))));
}

/** The groups of columns without which a row would be less unusual, those that matter most first. */
export async function explain(detector: Detector, row: Inputs): Promise<Contribution[]> {
  const { model, plan } = detector.candidate;
  const groups = groupsOf(model.columns);
  const { scored: judged, parts } = await detector.judge(occluded(row, plan, groups));
  const scored = judged.at(0);
  // The first features are the columns as they are last seen.
  const distance = (column: string) => Math.abs(row.features[plan.columns.indexOf(column)] || 0);
  const moved = groups.map((columns, i) => {
    const other = judged.at(i + 1);
    const column = columns.reduce((far, own) => (distance(own) > distance(far) ? own : far));
    return {
      contribution: { column, columns, without: other.score },
      change: [
        scored.score - other.score,
        evidence(scored) - evidence(other),
        reach(parts, 0) - reach(parts, i + 1),
      ] as const,
    };
  });
  return byChange(moved)
    .slice(0, NAMED)
    .map(({ contribution }) => contribution);
}
