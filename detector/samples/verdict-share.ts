/** How many rows that people named are learned from: whoever answers alarms must not outvote what scenarios tell. */
import { groupBy } from '../../common/collections.ts';
import { NORMAL } from '../../learning/table/series.ts';
import type { Place } from './choose.ts';

/** Of a class' rows in a part, at most. */
const MOST_VERDICTS = 0.25;

/** How many verdicts there may be beside so many other rows. */
const mostBeside = (others: number) => Math.floor((others * MOST_VERDICTS) / (1 - MOST_VERDICTS));

/**
 * Leaves out verdicts' rows beyond their share of the class. A class that people alone have named is held against all other
 * attacks; where there is none, nothing is left out.
 *
 * @param sampled some of them at random, in their order
 */
export function withVerdictsCapped(
  places: readonly Place[],
  sampled: (all: readonly Place[], most: number) => readonly Place[],
): readonly Place[] {
  const verdicts = places.filter(({ purpose }) => purpose.isVerdict);
  if (verdicts.length === 0) return places;
  const others = places.filter(({ purpose }) => !purpose.isVerdict);
  const classOf = ({ purpose: { part, label } }: Place) => JSON.stringify([part, label]);
  const known = groupBy(others, classOf);
  const attacks = groupBy(
    others.filter(({ purpose }) => purpose.label !== NORMAL),
    ({ purpose }) => purpose.part,
  );
  const kept = new Set(
    [...groupBy(verdicts, classOf)].flatMap(([name, own]) => {
      const beside = known.get(name) ?? attacks.get(own[0]?.purpose.part ?? 'train');
      return beside === undefined ? own : sampled(own, mostBeside(beside.length));
    }),
  );
  return places.filter((place) => !place.purpose.isVerdict || kept.has(place));
}
