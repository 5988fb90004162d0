import type { Golden } from '../candidate/schema.ts';

/** What is missing on either side tells nothing. */
function distance(one: ArrayLike<number>, other: readonly (number | null)[]): number {
  let sum = 0;
  let known = 0;
  other.forEach((value, i) => {
    const own = one[i] as number;
    if (value === null || Number.isNaN(own)) return;
    sum += (own - value) ** 2;
    known++;
  });
  return known === 0 ? Number.POSITIVE_INFINITY : sum / known;
}

/** The label of the attack window, of those that a model was written with, that a row's features are nearest to. */
export function nearestLabel(golden: Golden, features: ArrayLike<number> | undefined): string | undefined {
  if (features === undefined) return undefined;
  let best: { readonly label: string; readonly away: number } | undefined;
  for (const { label, features: own } of golden) {
    const away = distance(features, own);
    if (label !== 'normal' && (best === undefined || away < best.away)) best = { label, away };
  }
  return best?.label;
}
