/** What each row of a series is for: learning, stopping, calibration, or nothing. */

import { isVerdict, NORMAL, type RowFacts, type Series } from '../../learning/table/series.ts';
import type { FeaturePlan } from '../features/plan.ts';
import { Readiness } from '../features/readiness.ts';

/** What a row is for. */
export interface Purpose {
  /** Part that its whole window lies in; only these two are ever looked at. */
  readonly part: 'train' | 'validation';
  readonly label: string;
  /** Whether nothing happened in its whole window, no benign workload either: what it is like is usual. */
  readonly isQuiet: boolean;
  /** Whether a person named it, mostly because a detector had raised an alarm. */
  readonly isVerdict: boolean;
}

/**
 * Whether a row can teach its class. Nobody knows what a row without a label is. The first row of an attack begins before
 * it: its label comes before its effect.
 */
function teaches({ label, episode, phase }: RowFacts, before: RowFacts | undefined): boolean {
  if (label === null || phase === 'recovery') return false;
  const isOnset = label !== NORMAL && (before?.label !== label || before.episode !== episode);
  return !isOnset;
}

function isQuiet({ label, episode, phase }: RowFacts): boolean {
  return label === NORMAL && episode === null && phase !== 'recovery' && phase !== 'attack';
}

/** For each row what it is for; undefined for nothing. */
export function purposes(
  { timesMs, facts }: Series,
  plan: Pick<FeaturePlan, 'stepMs' | 'horizonMs' | 'window' | 'learningRows'>,
): (Purpose | undefined)[] {
  const readiness = new Readiness(plan);
  /** Rows up to this one that lie in one part, and that are quiet, without a break. */
  let samePart = 0;
  let quiet = 0;
  /** Rows since the last one of an attack, or since one whose features remember it. */
  let sinceAttack = Number.POSITIVE_INFINITY;
  return facts.map((own, row) => {
    const before = facts[row - 1];
    samePart = own.split === before?.split ? samePart + 1 : 1;
    quiet = isQuiet(own) ? quiet + 1 : 0;
    const isAttack = own.label !== NORMAL || own.phase === 'recovery';
    sinceAttack = isAttack ? 0 : sinceAttack + 1;
    const { isReady } = readiness.next(timesMs[row] as number);
    const { split, label } = own;
    if (!isReady || samePart < plan.window || label === null || !teaches(own, before)) return undefined;
    // A window in which an attack was is no example of normal ones.
    if (label === NORMAL && sinceAttack < plan.window) return undefined;
    if (split !== 'train' && split !== 'validation') return undefined;
    return { part: split, label, isQuiet: quiet >= plan.window, isVerdict: isVerdict(own) };
  });
}
