import { pValue, type Ranks, ranksOf } from './p-values.ts';
import { PARTS, type Part, type PartScores } from './parts.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What scores are held against, and from where on one is an alarm. */
export interface Calibration {
  /** Rows in which nothing happened, in hours of one node. */
  readonly nodeHours: number;
  /** False alarms per node and day that were asked for. */
  readonly asked: number;
  /** Those that this many rows can carry, by row: never less than were asked for. */
  readonly carried: number;
  /** A row's p-value below which it is an alarm. */
  readonly alpha: number;
  /** Parts that share the budget evenly. */
  readonly parts: Readonly<Partial<Record<Part, Ranks>>>;
  /** Of the network, which takes the classifier's place when it is promoted. */
  readonly challenger: Ranks;
}

/** What one row comes to. */
export interface Verdict {
  /** Above 1 is an alarm; 0 is as usual as can be. */
  readonly score: number;
  readonly pValues: Readonly<Partial<Record<Part, number>>>;
}

/**
 * Holds the scores of quiet rows ready.
 *
 * The smallest p-value that n rows can give is 1 / (n + 1). An alarm needs at least one part above all of them, so that
 * few rows carry only many false alarms.
 */
export function calibrate(
  scores: PartScores,
  challenger: Float32Array,
  used: readonly Part[],
  stepMs: number,
  asked: number,
): Calibration {
  const rows = scores.classifier.length;
  const perDay = DAY_MS / stepMs;
  const alpha = Math.max(asked / perDay, Math.min(0.5, (2 * used.length) / (rows + 1)));
  return {
    nodeHours: (rows * stepMs) / HOUR_MS,
    asked,
    carried: alpha * perDay,
    alpha,
    parts: Object.fromEntries(
      PARTS.filter((part) => used.includes(part)).map((part) => [part, ranksOf(scores[part])]),
    ),
    challenger: ranksOf(challenger),
  };
}

/** What a part's p-value is on the scale on which 1 is an alarm. */
function onScale(p: number, alpha: number): number {
  return Math.log(Math.min(1, p)) / Math.log(alpha);
}

/** Judges one row by the parts' scores. */
export function judge(
  { parts, alpha }: Pick<Calibration, 'parts' | 'alpha'>,
  scores: Readonly<Record<Part, ArrayLike<number>>>,
  row: number,
): Verdict {
  const pValues: Partial<Record<Part, number>> = {};
  let used = 0;
  let smallest = 1;
  for (const part of PARTS) {
    const ranks = parts[part];
    if (ranks === undefined) continue;
    const p = pValue(ranks, scores[part][row] as number);
    pValues[part] = p;
    used++;
    if (p < smallest) smallest = p;
  }
  return { score: Math.abs(onScale(Math.min(1, smallest * used), alpha)), pValues };
}

/** From here on, on the scale on which 1 is an alarm, what the classifier calls normal becomes unknown. */
const DOUBT = 0.5;

/**
 * Class probabilities with `unknown`: what the classifier calls normal is unknown as far as the other parts are at an
 * alarm.
 *
 * @param probabilities of the classes, normal first
 * @returns the same, and that of `unknown` behind them
 */
export function withUnknown(
  probabilities: ArrayLike<number>,
  { pValues }: Verdict,
  { alpha }: Pick<Calibration, 'alpha'>,
): number[] {
  const used = Object.keys(pValues).length;
  const smallest = Math.min(pValues.novelty ?? 1, pValues.rules ?? 1);
  const evidence = Math.max(0, onScale(smallest * used, alpha));
  const doubt = Math.min(1, Math.max(0, (evidence - DOUBT) / (1 - DOUBT)));
  const result = Array.from(probabilities);
  const [normal = 0] = result;
  result[0] = normal * (1 - doubt);
  result.push(normal * doubt);
  return result;
}
