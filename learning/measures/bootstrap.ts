/** Intervals for means of things that come in groups: nodes are drawn with replacement, then episodes of each. */
import { randomFrom } from '../../common/random.ts';

const ROUNDS = 2_000;

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  const below = sorted[low] as number;
  return below + ((sorted[high] as number) - below) * (at - low);
}

/**
 * The percentile interval of the mean of all values.
 *
 * With one group it is drawn from within it alone, and tells nothing of other nodes.
 *
 * @param groups the values by node; empty ones are left out
 * @returns undefined when there is no value
 * @see B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993); A. Davison and D. Hinkley, Bootstrap Methods (1997), 3.8
 */
export function bootstrapInterval(
  groups: readonly (readonly number[])[],
  seed: number,
  confidence = 0.95,
): readonly [number, number] | undefined {
  const own = groups.filter(({ length }) => length > 0);
  if (own.length === 0) return undefined;
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const means = Array.from({ length: ROUNDS }, () => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < own.length; i++) {
      const group = pick(own);
      for (let j = 0; j < group.length; j++) sum += pick(group);
      count += group.length;
    }
    return sum / count;
  }).sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return [quantile(means, tail), quantile(means, 1 - tail)];
}

/** Of a share that is all or nothing: the bounds of Clopper and Pearson, which need no table there. */
function extremeInterval(share: number, count: number, confidence: number): readonly [number, number] {
  const rest = ((1 - confidence) / 2) ** (1 / count);
  return share === 0 ? [0, 1 - rest] : [rest, 1];
}

/**
 * The interval of a share: by bootstrap, and exact where all values are alike, as drawing from them again would promise certainty.
 *
 * @param groups ones and zeros by node
 * @see C. Clopper and E. Pearson, The use of confidence or fiducial limits, Biometrika 26 (1934)
 */
export function shareInterval(
  groups: readonly (readonly number[])[],
  seed: number,
  confidence = 0.95,
): readonly [number, number] | undefined {
  const all = groups.flat();
  const [first] = all;
  if (first === undefined) return undefined;
  return all.every((value) => value === first)
    ? extremeInterval(first, all.length, confidence)
    : bootstrapInterval(groups, seed, confidence);
}
