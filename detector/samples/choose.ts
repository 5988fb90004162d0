/** Which rows models learn from, and which classes there are. */

import { groupBy } from '../../common/collections.ts';
import { randomFrom } from '../../common/random.ts';
import { shuffle } from '../../learning/models/shuffle.ts';
import { NORMAL } from '../../learning/table/series.ts';
import type { Purpose } from './purpose.ts';
import { withVerdictsCapped } from './verdict-share.ts';

/** Rows of one class that are learned from, or that training is stopped by. */
const MOST_PER_CLASS = 50_000;
/** With fewer windows nothing is learned of a class. */
const LEAST_PER_CLASS = 5;

/** A row by its place: which series, which row of it. */
export interface Place {
  readonly series: number;
  readonly row: number;
  readonly purpose: Purpose;
}

export interface Chosen {
  /** Normal first, then the attacks by name. */
  readonly classes: readonly string[];
  readonly train: readonly Place[];
  readonly validation: readonly Place[];
  /** Quiet rows of the validation part. */
  readonly calibration: readonly Place[];
  /** Attacks of the dataset that are not learned, with how many windows the training part has of them. */
  readonly tooRare: Readonly<Record<string, number>>;
  /** Rows that people named: those that were chosen among, and those beyond their share. */
  readonly verdicts: { readonly taken: number; readonly left: number };
}

/** Some of them at random, in their order. */
function sampled<T>(all: readonly T[], most: number, random: () => number): T[] {
  if (all.length <= most) return [...all];
  const order = Int32Array.from({ length: all.length }, (_, i) => i);
  shuffle(order, random);
  return Array.from(order.subarray(0, most).sort(), (i) => all[i] as T);
}

const verdictsAmong = (places: readonly Place[]) => places.filter(({ purpose }) => purpose.isVerdict).length;

/** Chooses among the rows of all series; the same seed chooses the same. */
export function choose(all: readonly (readonly (Purpose | undefined)[])[], seed: number): Chosen {
  const random = randomFrom(seed);
  const found = all.flatMap((rows, series) =>
    rows.flatMap((purpose, row): Place[] => (purpose === undefined ? [] : [{ series, row, purpose }])),
  );
  const places = withVerdictsCapped(found, (own, most) => sampled(own, most, random));
  const byLabel = groupBy(places, ({ purpose: { label } }) => label);
  const counts = [...byLabel].map(([label, own]): [string, number] => [
    label,
    own.filter(({ purpose: { part } }) => part === 'train').length,
  ]);
  const attacks = counts.filter(([label]) => label !== NORMAL);
  const known = attacks.filter(([, rows]) => rows >= LEAST_PER_CLASS).map(([label]) => label);
  const classes = [NORMAL, ...known.sort()];
  const of = (part: Purpose['part']) =>
    classes
      .flatMap((label) => {
        const own = (byLabel.get(label) ?? []).filter(({ purpose }) => purpose.part === part);
        return sampled(own, MOST_PER_CLASS, random);
      })
      .sort((a, b) => a.series - b.series || a.row - b.row);
  return {
    classes,
    train: of('train'),
    validation: of('validation'),
    calibration: places.filter(({ purpose }) => purpose.part === 'validation' && purpose.isQuiet),
    verdicts: { taken: verdictsAmong(places), left: found.length - places.length },
    tooRare: Object.fromEntries(attacks.filter(([, rows]) => rows < LEAST_PER_CLASS)),
  };
}
