import { type Ranks, ranksOf } from './p-values.ts';
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
