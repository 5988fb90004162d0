/** The simplest models there are, to see what a dataset lets one learn. */

/** A row for a model: standardised features, and whether it is of an attack. */
export interface Example {
  readonly features: readonly number[];
  readonly attack: boolean;
}

type Model = (features: readonly number[]) => boolean;

function distance(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, i) => sum + (value - (other[i] ?? 0)) ** 2, 0);
}

/** What the most similar example was. */
export function nearestNeighbour(train: readonly Example[]): Model {
  return (features) => {
    let attack = false;
    let least = Number.POSITIVE_INFINITY;
    for (const example of train) {
      const far = distance(example.features, features);
      if (far >= least) continue;
      least = far;
      attack = example.attack;
    }
    return attack;
  };
}

/** Which class's mean is nearer. */
export function nearestCentroid(train: readonly Example[]): Model {
  const mean = (attack: boolean) => {
    const own = train.filter((example) => example.attack === attack);
    return (own[0]?.features ?? []).map(
      (_, i) => own.reduce((sum, { features }) => sum + (features[i] ?? 0), 0) / own.length,
    );
  };
  const [normal, attacked] = [mean(false), mean(true)];
  return (features) => distance(features, attacked) < distance(features, normal);
}

/** The mean of the shares of attacks and of normal rows that a model tells: 0.5 is chance, whatever the classes' sizes. */
export function balancedAccuracy(model: Model, test: readonly Example[]): number {
  const share = (attack: boolean) => {
    const own = test.filter((example) => example.attack === attack);
    return own.filter(({ features }) => model(features) === attack).length / own.length;
  };
  return (share(true) + share(false)) / 2;
}
