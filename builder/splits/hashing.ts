import type { Share } from '../../dataset/episodes/apportion.ts';
import { partByHash } from '../../dataset/episodes/blocks.ts';
import { PARTS, type Part } from '../../dataset/model/rows.ts';

type Fractions = readonly [number, number, number];

export function sharesOf(fractions: Fractions): Share<Part>[] {
  return PARTS.map((part, i) => ({ part, share: fractions[i] as number }));
}

/** The part that a name falls into: about the fractions of all names, and always the same for the same seed. */
export function partOf(seed: string, name: string, fractions: Fractions): Part {
  return partByHash(seed, name, sharesOf(fractions));
}
