/** Learns what rows without an attack look like, in two ways, and chooses one of them. */
import { groupBy } from '../../common/collections.ts';
import { type Matrix, pickedRows } from '../../learning/base/matrix.ts';
import { NORMAL, type Series } from '../../learning/table/series.ts';
import type { NoveltyChoice } from '../candidate/schema.ts';
import { featureNames } from '../features/plan.ts';
import type { Autoencoder } from '../models/network/autoencoder.ts';
import { descentRules } from '../models/network/descent.ts';
import { AUTOENCODER_PACE, trainAutoencoder } from '../models/network/train-autoencoder.ts';
import { type Novelty, noveltyErrorsOf } from '../models/novelty.ts';
import { fitPca, type Pca } from '../models/pca.ts';
import type { Place } from '../samples/choose.ts';
import type { NormalGroups } from '../samples/normal-groups.ts';
import { chooseNovelty, chosenKind, episodePrecision } from './novelty-rule.ts';

/** Both models. */
export interface Novelties {
  readonly pca: Pca;
  readonly autoencoder: Autoencoder;
}

/** What novelty looks at: where a column is and where it was in the window, and not how much is missing. */
function noveltyFeatures(columns: readonly string[]): number[] {
  return featureNames(columns).flatMap((name, i) => (/^(?!missing:).*:(last|mean)$/.test(name) ? [i] : []));
}

/**
 * Fits both to the rows without an attack.
 *
 * @param features of the training rows
 * @param onEpoch is told after each of the autoencoder's
 */
export async function fitNovelties(
  features: Matrix,
  { all, learn, stop }: NormalGroups,
  columns: readonly string[],
  seed: number,
  onEpoch?: (epoch: number) => void,
): Promise<Novelties> {
  const own = noveltyFeatures(columns);
  const [normal, learned, others] = [all, learn, stop].map((rows) => pickedRows(features, rows)) as [
    Matrix,
    Matrix,
    Matrix,
  ];
  const rules = descentRules(AUTOENCODER_PACE, learned.rows, seed);
  return {
    pca: fitPca(normal, own),
    autoencoder: await trainAutoencoder(learned, others, own, rules, onEpoch),
  };
}

/** Which attack of which node a row is of; undefined for one of none. */
export function attackAt(series: readonly { readonly rows: Series }[], place: Place): string | undefined {
  const { episode, label } = series[place.series]?.rows.facts[place.row] ?? {};
  return episode == null || label === NORMAL ? undefined : `${place.series} ${episode}`;
}

/**
 * Chooses between them by the attacks of the validation part.
 *
 * @param features of the validation rows
 * @param labels of those
 * @param attacks of those, as {@link attackAt} has them
 */
export function chosenNovelty(
  novelties: Novelties,
  features: Matrix,
  labels: readonly string[],
  attacks: readonly (string | undefined)[],
  seed: number,
): { readonly novelty: Novelty; readonly choice: NoveltyChoice } {
  const errors = [novelties.pca, novelties.autoencoder].map((own) => noveltyErrorsOf(own)(features).values);
  const rows = [...labels.keys()];
  const normal = errors.map((own) =>
    Float32Array.from(
      rows.filter((row) => labels[row] === NORMAL),
      (row) => own[row] as number,
    ).sort(),
  );
  const episodes = groupBy(
    rows.filter((row) => attacks[row] !== undefined),
    (row) => attacks[row],
  );
  const judged = [...episodes.values()].map((own) => {
    const [pca, autoencoder] = errors.map((all, i) =>
      episodePrecision(
        own.map((row) => all[row] as number),
        normal[i] as Float32Array,
      ),
    ) as [number, number];
    return { label: labels[own[0] as number] as string, pca, autoencoder };
  });
  const choice = chooseNovelty(judged, seed);
  return { novelty: novelties[chosenKind(choice)], choice };
}
