/** What is left to do of a plan, by the ground truth of what was done. */
import type { Item, PlannedEpisode } from './plan.ts';

/** A line of a node's ground truth. */
export interface Done {
  readonly episode: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** An episode that lasted for less of its time was cut, and is done again. */
const WHOLE = 0.9;

/** `lab-1-attacked-6.1-004` and, when it was cut, `lab-1-attacked-6.1-004.2`. */
const attemptsAt = ({ name }: PlannedEpisode, done: readonly Done[]) =>
  done.filter(({ episode }) => episode === name || episode.startsWith(`${name}.`));

function isWhole(planned: PlannedEpisode, done: readonly Done[]): boolean {
  return attemptsAt(planned, done).some(
    ({ startMs, endMs }) => endMs - startMs >= WHOLE * planned.durationMs,
  );
}

/**
 * The items that are left, in their order. Episodes that were cut come again under a name of their own: the rows of the first attempt keep their label.
 * Guests that have been booted anew begin with time without attacks, in which they settle and models learn what is usual there.
 */
export function remaining(items: readonly Item[], done: readonly Done[], settleMs: number): Item[] {
  const last = items.findLastIndex((item) => item.kind === 'episode' && attemptsAt(item, done).length > 0);
  const left = items.flatMap((item, i): Item[] => {
    if (item.kind === 'quiet') return i < last ? [] : [item];
    if (isWhole(item, done)) return [];
    const attempts = attemptsAt(item, done).length;
    return [attempts === 0 ? item : { ...item, name: `${item.name}.${attempts + 1}` }];
  });
  const isBegun = last >= 0 && left.length > 0 && left[0]?.kind !== 'quiet';
  return isBegun ? [{ kind: 'quiet', durationMs: settleMs }, ...left] : left;
}
