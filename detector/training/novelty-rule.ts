/** Which novelty model serves, principal components or an autoencoder: a rule that is written down with its verdict. */
import { compare, groupBy } from '../../common/collections.ts';
import { bootstrapInterval } from '../../learning/measures/bootstrap.ts';
import type { NoveltyChoice } from '../candidate/schema.ts';
import type { Novelty } from '../models/novelty.ts';

/** How well the scores of both models tell an episode of the validation part from rows without an attack. */
export interface JudgedEpisode {
  readonly label: string;
  readonly pca: number;
  readonly autoencoder: number;
}

const LEAST_EPISODES = 5;
const LEAST_CLASSES = 2;

/**
 * Average precision of an episode's rows among rows without an attack: the mean, over the former, of the share of an
 * attack's rows among those that score no less.
 *
 * @param normal ascending
 */
export function episodePrecision(scores: ArrayLike<number>, normal: Float32Array): number {
  const own = Float32Array.from(scores).sort();
  let sum = 0;
  for (const score of own) {
    const [attack, others] = [own, normal].map((all) => all.length - firstAtLeast(all, score)) as [
      number,
      number,
    ];
    sum += attack / (attack + others);
  }
  return sum / own.length;
}

/** Where in ascending scores the first lies that is no less than one. */
function firstAtLeast(ascending: Float32Array, score: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const figure = (value: number) => value.toFixed(3);

/**
 * The autoencoder serves only if it is better with 95 % confidence. Neither model has seen an attack, so that every class
 * is left out of both; the interval is drawn from the classes, then from each one's episodes.
 */
export function chooseNovelty(episodes: readonly JudgedEpisode[], seed: number): NoveltyChoice {
  const classes = [...groupBy(episodes, ({ label }) => label)].sort(([a], [b]) => compare(a, b));
  const differences = classes.map(([, own]) => own.map(({ pca, autoencoder }) => autoencoder - pca));
  const byClass = classes.map(([label, own]) => ({
    label,
    episodes: own.length,
    pca: mean(own.map(({ pca }) => pca)),
    autoencoder: mean(own.map(({ autoencoder }) => autoencoder)),
  }));
  const found = bootstrapInterval(differences, seed);
  if (found === undefined || episodes.length < LEAST_EPISODES || classes.length < LEAST_CLASSES)
    return {
      difference: null,
      interval: null,
      byClass,
      reason: `principal components: the validation part has ${episodes.length} attacks of ${classes.length} classes, ${LEAST_EPISODES} of ${LEAST_CLASSES} are needed to compare`,
    };
  const [low, high] = found;
  const difference = mean(differences.flat());
  const isBetter = low > 0;
  return {
    difference,
    interval: [low, high],
    byClass,
    reason: `${isBetter ? 'the autoencoder' : 'principal components'}: the autoencoder's average precision less that of principal components is ${figure(difference)} (95 %: ${figure(low)} to ${figure(high)}) over ${episodes.length} attacks of ${classes.length} classes that neither has seen; the lower bound must be above 0`,
  };
}

/** Which one a choice means. */
export function chosenKind({ interval }: NoveltyChoice): Novelty['kind'] {
  return interval !== null && interval[0] > 0 ? 'autoencoder' : 'pca';
}
