/** What is learned again for an evaluation: baselines and controls, from the rows that the model itself learned from. */
import { randomFrom } from '../../common/random.ts';
import { type Matrix, pickedRows } from '../../learning/base/matrix.ts';
import type { Examples } from '../../learning/models/examples.ts';
import { GBDT_RULES, gbdtProbabilities, trainGbdt } from '../../learning/models/gbdt/train.ts';
import { shuffle } from '../../learning/models/shuffle.ts';
import { NORMAL, type Series } from '../../learning/table/series.ts';
import type { Candidate } from '../candidate/read.ts';
import type { Past } from '../features/node-features.ts';
import { choose, type Place } from '../samples/choose.ts';
import { type Gathered, gather } from '../samples/gather.ts';
import { type NormalGroups, normalGroups } from '../samples/normal-groups.ts';
import { purposes } from '../samples/purpose.ts';

/** A node's rows, and where the plan's columns are among its own. */
export interface PlacedSeries {
  readonly rows: Series;
  readonly kept: readonly number[];
}

/** Rows to learn from, as both kinds of models see them. */
export interface Labelled extends Gathered {
  readonly classes: Uint16Array;
}

export interface Material {
  readonly train: Labelled;
  /** Which of the training rows are normal. */
  readonly normal: NormalGroups;
  readonly validation: Labelled;
}

/**
 * The rows that the model learned from and was stopped by, and their features.
 *
 * @param makePast see {@link gather}
 */
export function materialOf(
  series: readonly PlacedSeries[],
  { model, plan }: Pick<Candidate, 'model' | 'plan'>,
  makePast?: () => Past,
): Material {
  const chosen = choose(
    series.map(({ rows }) => purposes(rows, plan)),
    model.seed,
  );
  const known = ({ purpose: { label } }: Place) => model.classes.includes(label);
  const lists = [chosen.train, chosen.validation].map((places) => places.filter(known));
  const labelled = (inputs: Gathered, places: readonly Place[]): Labelled => ({
    ...inputs,
    classes: Uint16Array.from(places, ({ purpose: { label } }) => model.classes.indexOf(label)),
  });
  const [train, validation] = gather(series, plan, lists, makePast).map((inputs, i) =>
    labelled(inputs, lists[i] ?? []),
  );
  return { train, normal: normalGroups(lists[0] ?? [], plan.window), validation } as Material;
}

/** The features with their classes, for models that see summaries. */
export const summaries = ({ features, classes }: Labelled): Examples => ({ inputs: features, classes });

/** The windows with their classes, for networks. */
export const windowsOf = ({ windows, classes }: Labelled): Examples => ({ inputs: windows, classes });

/** Trees that learn from some rows and are stopped by others; gives what they make of any. */
export function learnTrees(
  train: Examples,
  validation: Examples,
  classes: number,
  seed: number,
): (inputs: Matrix) => Matrix {
  const gbdt = trainGbdt(train, validation, classes, { ...GBDT_RULES, seed });
  return (inputs) => gbdtProbabilities(gbdt, inputs);
}

/** The same rows with their classes in random order. */
export function shuffled({ inputs, classes }: Examples, seed: number): Examples {
  const order = Int32Array.from(classes);
  shuffle(order, randomFrom(seed));
  return { inputs, classes: Uint16Array.from(order) };
}

/** Without one class, whose rows are left out. */
export function withoutClass({ inputs, classes }: Examples, label: number): Examples {
  const rows = [...classes.keys()].filter((row) => classes[row] !== label);
  const number = (own: number) => (own > label ? own - 1 : own);
  return {
    inputs: pickedRows(inputs, rows),
    classes: Uint16Array.from(rows, (row) => number(classes[row] as number)),
  };
}

/** Number of the class of normal rows. */
export const NORMAL_CLASS = 0;

/** Values against the median of the fleet's normal training rows, the same for all nodes: what {@link OwnPast} is better than. */
export function fleetPast(series: readonly PlacedSeries[], columns: number): () => Past {
  const medians = Float64Array.from({ length: columns }, (_, i) => {
    const values = series.flatMap(({ rows: { values: own, facts }, kept }) => {
      const column = own[kept[i] as number] as Float64Array;
      return facts.flatMap(({ label, split }, row) => {
        const value = column[row] as number;
        return label === NORMAL && split === 'train' && Number.isFinite(value) ? [value] : [];
      });
    });
    values.sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? 0;
  });
  return () => ({
    residuals(values, residuals) {
      for (let i = 0; i < columns; i++) residuals[i] = (values[i] as number) - (medians[i] as number);
    },
  });
}
