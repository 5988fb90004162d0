/** Which of several models is promoted: a rule that is written down with its verdict. */
import { z } from 'zod';
import { compare } from '../../common/collections.ts';

const share = z.number().min(0).max(1);

/** What of eval.json models are compared by. */
export const rankSchema = z.object({
  datasets: z
    .array(z.object({ rowsDigest: z.string().max(300), heldOutRows: z.int().nonnegative() }))
    .max(10_000),
  falseAlarms: z.object({ alarms: z.int().nonnegative() }),
  attacks: z.object({ events: z.int().nonnegative(), interval: z.tuple([share, share]).nullable() }),
});

/** A model that was evaluated. */
export interface Ranked extends z.output<typeof rankSchema> {
  readonly place: string;
  /** When it was evaluated. */
  readonly evaluatedMs: number;
  /** Whether its evaluation carries the budget. */
  readonly carries: boolean;
}

const rowsOf = ({ datasets }: Ranked) =>
  datasets
    .map(({ rowsDigest, heldOutRows }) => `${rowsDigest} ${heldOutRows}`)
    .sort()
    .join();

const leastRecall = ({ attacks }: Ranked) => attacks.interval?.[0] ?? 0;

/**
 * Those that were judged by the same rows as the one that was evaluated last, the best first: those whose evaluation carries the budget, then by the
 * lower 95 % bound of the recall of attacks, then by fewer false alarms.
 */
export function ranked(all: readonly Ranked[]): Ranked[] {
  const [last] = all.toSorted((a, b) => b.evaluatedMs - a.evaluatedMs || compare(a.place, b.place));
  if (last === undefined) return [];
  return all
    .filter((own) => rowsOf(own) === rowsOf(last))
    .sort(
      (a, b) =>
        Number(b.carries) - Number(a.carries) ||
        leastRecall(b) - leastRecall(a) ||
        a.falseAlarms.alarms - b.falseAlarms.alarms ||
        compare(a.place, b.place),
    );
}

/** Why the first was chosen, as a sentence. */
export function choiceOf(best: Ranked, of: number): string {
  const among =
    of === 1
      ? 'the only model that was evaluated by these rows'
      : `the best of ${of} models by the same rows, which flatters it`;
  return `chosen: ${among}: with 95 % confidence ${leastRecall(best).toFixed(2)} or more of ${best.attacks.events} attacks are found, ${best.falseAlarms.alarms} false alarms`;
}
