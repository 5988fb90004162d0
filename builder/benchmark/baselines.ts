/** The models that every other has to beat, learned from the training rows of the dataset and nothing else. */
import { randomFrom } from '../../common/random.ts';
import { emptyMatrix, type Matrix } from '../../learning/base/matrix.ts';
import { judgedRowsOf } from '../../learning/measures/held-out.ts';
import type { Examples } from '../../learning/models/examples.ts';
import { GBDT_RULES, gbdtProbabilities, trainGbdt } from '../../learning/models/gbdt/train.ts';
import { logisticProbabilities, trainLogistic } from '../../learning/models/logistic.ts';
import { shuffle } from '../../learning/models/shuffle.ts';
import type { Series } from '../../learning/table/series.ts';
import { judge, type ThresholdFrom } from './judge.ts';
import type { Figures, Result } from './result.ts';

/** Rows of a part that are learned from at most, drawn at random. */
const MOST_ROWS = 100_000;
const CLASSES = 2;
const ATTACK = 1;

interface Rows {
  readonly series: readonly Series[];
  readonly stepMs: number;
  readonly columns: readonly unknown[];
}

interface Place {
  readonly series: number;
  readonly row: number;
  readonly isAttack: boolean;
}

function placesIn(all: readonly Series[], part: string, random: () => number): Place[] {
  const places = all.flatMap((series, number) =>
    judgedRowsOf(series, (split) => split === part).kinds.flatMap((kind, row): Place[] =>
      kind === undefined || kind === 'other' ? [] : [{ series: number, row, isAttack: kind === 'attack' }],
    ),
  );
  if (places.length <= MOST_ROWS) return places;
  const order = Int32Array.from(places, (_, i) => i);
  shuffle(order, random);
  return Array.from(order.subarray(0, MOST_ROWS).sort(), (i) => places[i] as Place);
}

function put({ values }: Series, row: number, into: Matrix, at: number): void {
  for (let column = 0; column < into.columns; column++)
    into.values[at * into.columns + column] = values[column]?.[row] ?? Number.NaN;
}

function examplesOf(all: readonly Series[], places: readonly Place[], columns: number): Examples {
  const inputs = emptyMatrix(places.length, columns);
  places.forEach(({ series, row }, i) => void put(all[series] as Series, row, inputs, i));
  return { inputs, classes: Uint16Array.from(places, ({ isAttack }) => (isAttack ? ATTACK : 0)) };
}

/** What a model makes of rows: how likely each is an attack. */
type Model = (inputs: Matrix) => Matrix;

/** Scores of all rows that a model may be judged or have its threshold chosen by. */
function scoresOf({ series, columns }: Rows, model: Model): Float64Array[] {
  return series.map((own) => {
    const rows = own.facts.flatMap(({ split }, row) => (split === null || split === 'embargo' ? [] : [row]));
    const inputs = emptyMatrix(rows.length, columns.length);
    rows.forEach((row, i) => void put(own, row, inputs, i));
    const { values } = model(inputs);
    const scores = new Float64Array(own.facts.length).fill(Number.NaN);
    rows.forEach((row, i) => {
      scores[row] = values[i * CLASSES + ATTACK] as number;
    });
    return scores;
  });
}

/** Calls every row an attack. */
const always: Model = ({ rows }) => ({
  rows,
  columns: CLASSES,
  values: Float32Array.from({ length: rows * CLASSES }, (_, i) => i % CLASSES),
});

const FROM_PARTS: ThresholdFrom = { from: 'parts', parts: ['validation', 'train'] };

/** A model with its figures, or why there is none. */
export interface Learned {
  readonly model: string;
  readonly seed?: number;
  readonly figures: Figures;
}

/** Its name among the models. */
export const ALWAYS_ATTACK = 'always-attack';

/** A baseline that cannot be learned has no figures, and its name is told with the reason. */
export interface Baselines {
  readonly learned: readonly Learned[];
  readonly unlearned: readonly { readonly model: string; readonly why: string }[];
}

/** Whether rows are of both kinds. */
const hasBoth = (places: readonly Place[]) =>
  places.some(({ isAttack }) => isAttack) && places.some(({ isAttack }) => !isAttack);

/**
 * Learns the baselines and judges them. The same seed gives the same figures.
 *
 * @param told of each one that is done
 */
export function baselines(rows: Rows, seed: number, told: (model: string) => void = () => {}): Baselines {
  const { series, columns } = rows;
  const random = randomFrom(seed);
  const train = placesIn(series, 'train', random);
  const validation = placesIn(series, 'validation', random);
  const learned: Learned[] = [
    { model: ALWAYS_ATTACK, figures: judge(rows, scoresOf(rows, always), { from: 'fixed', threshold: 1 }) },
  ];
  told(ALWAYS_ATTACK);
  const makers: [string, (own: Examples, others: Examples) => Model][] = [
    [
      'logistic regression',
      (own, others) => {
        const line = trainLogistic(own, others, CLASSES, seed);
        return (inputs) => logisticProbabilities(line, inputs);
      },
    ],
    [
      'gradient boosting',
      (own, others) => {
        const trees = trainGbdt(own, others, CLASSES, { ...GBDT_RULES, seed });
        return (inputs) => gbdtProbabilities(trees, inputs);
      },
    ],
  ];
  const why = !hasBoth(train)
    ? 'train has not both attack and normal rows'
    : columns.length === 0
      ? 'the dataset has no feature'
      : undefined;
  if (why !== undefined) return { learned, unlearned: makers.map(([model]) => ({ model, why })) };
  const own = examplesOf(series, train, columns.length);
  // Without rows of both kinds nothing tells when to stop but the training rows themselves.
  const stops = hasBoth(validation);
  const others = stops ? examplesOf(series, validation, columns.length) : own;
  const notes = stops
    ? []
    : ['learning was stopped by train: validation has not both attack and normal rows'];
  for (const [model, make] of makers) {
    const figures = judge(rows, scoresOf(rows, make(own, others)), FROM_PARTS, notes);
    learned.push({ model, seed, figures });
    told(model);
  }
  return { learned, unlearned: [] };
}

/** A result as its file has it. */
export function baselineResult(
  { model, seed, figures }: Learned,
  rowsDigest: string,
  kubevigil: string,
): Result {
  return {
    schemaVersion: 1,
    model,
    kind: 'baseline',
    kubevigil,
    rowsDigest,
    ...(seed !== undefined && { seed }),
    ...figures,
  };
}
