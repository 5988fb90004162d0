import { findingsOf, type Scores, thresholdFor } from '../../learning/measures/alarms.ts';
import type { Event, HeldOutSeries } from '../../learning/measures/held-out.ts';
import type { Detector } from '../candidate/detector.ts';
import type { NodeInputs } from './inputs.ts';
import type { Method } from './methods.ts';
import type { PlacedSeries } from './relearn.ts';

/** What all parts of an evaluation look at. */
export interface Exam {
  readonly detector: Detector;
  readonly all: readonly HeldOutSeries[];
  readonly placed: readonly PlacedSeries[];
  readonly nodes: readonly NodeInputs[];
  readonly attacks: readonly Event[];
  readonly benign: readonly Event[];
  readonly seed: number;
}

/** A method at as many false alarms as are allowed; undefined where nobody can tell how many it raises. */
export function findingsAt(
  method: Pick<Method, 'scores'>,
  { detector, all, attacks }: Exam,
  allowed: number | undefined,
) {
  const quiet = all.flatMap((own, i) => (own.isAttackFree ? [i] : []));
  if (allowed === undefined || quiet.length === 0) return undefined;
  const threshold = thresholdFor(
    quiet.map((i) => method.scores[i] as Scores),
    quiet.map((i) => all[i] as HeldOutSeries),
    allowed,
  );
  if (!Number.isFinite(threshold)) return undefined;
  return { threshold, findings: findingsOf(attacks, method.scores, all, threshold, detector.candidate.plan) };
}
