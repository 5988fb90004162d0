/** What the scores of parts come to, row by row: the one place that says what is an alarm, and what is of no class that is known. */
import type { Matrix } from '../../learning/base/matrix.ts';
import type { Calibration } from './calibrate.ts';
import { pValue } from './p-values.ts';
import { PARTS, type Part } from './parts.ts';
import type { ScoredRows } from './scored-rows.ts';

/** What a p-value is on the scale on which 1 is an alarm. */
function onScale(p: number, alpha: number): number {
  return Math.log(Math.min(1, p)) / Math.log(alpha);
}

/** From here on, on the scale on which 1 is an alarm, what the classifier calls normal becomes unknown. */
const DOUBT = 0.5;

/**
 * Which share of what the classifier calls normal is unknown: all of it once the other parts alone are at an alarm.
 *
 * @param smallest p-value of those parts that tell of something new
 * @param used parts that share the budget
 */
function doubtOf(smallest: number, used: number, alpha: number): number {
  const evidence = Math.max(0, onScale(smallest * used, alpha));
  return Math.min(1, Math.max(0, (evidence - DOUBT) / (1 - DOUBT)));
}

/** Parts that tell of what need not be like any class. */
const NEW: ReadonlySet<Part> = new Set(['novelty', 'rules']);

/** The parts that a calibration has. */
export function usedParts({ parts }: Pick<Calibration, 'parts'>): Part[] {
  return PARTS.filter((part) => parts[part] !== undefined);
}

/**
 * Judges rows by the parts' scores.
 *
 * @param scored takes them; of the calibration's parts and as many classes
 * @param from where the first row goes
 * @param probabilities of the classes, normal first
 */
export function judge(
  scored: ScoredRows,
  from: number,
  { parts, alpha }: Pick<Calibration, 'parts' | 'alpha'>,
  scores: Readonly<Record<Part, ArrayLike<number>>>,
  probabilities: Matrix,
): void {
  const { parts: used, width, values } = scored;
  const all = used.map((part) => ({ ranks: parts[part], scores: scores[part], isNew: NEW.has(part) }));
  const classes = probabilities.columns;
  for (let row = 0; row < probabilities.rows; row++) {
    const own = (from + row) * width;
    let to = own + 1;
    let smallest = 1;
    let smallestNew = 1;
    for (const { ranks, scores: ofPart, isNew } of all) {
      const p = ranks === undefined ? 1 : pValue(ranks, ofPart[row] as number);
      values[to++] = p;
      if (p < smallest) smallest = p;
      if (isNew && p < smallestNew) smallestNew = p;
    }
    values[own] = Math.abs(onScale(Math.min(1, smallest * used.length), alpha));
    const doubt = doubtOf(smallestNew, used.length, alpha);
    const normal = probabilities.values[row * classes] as number;
    values[to++] = normal * (1 - doubt);
    for (let other = 1; other < classes; other++)
      values[to++] = probabilities.values[row * classes + other] as number;
    values[to] = normal * doubt;
  }
}
