import { createHash } from 'node:crypto';
import type { Part } from '../../dataset/model/rows.ts';

const HASHED_BYTES = 6;

/** A number in [0, 1) that depends on the seed and the name alone. */
function unit(seed: string, name: string): number {
  const hash = createHash('sha256').update(`${seed}\0${name}`).digest();
  return hash.readUIntBE(0, HASHED_BYTES) / 2 ** (8 * HASHED_BYTES);
}

/** The part that a name falls into: about the fractions of all names, and always the same for the same seed. */
export function partOf(
  seed: string,
  name: string,
  [train, validation]: readonly [number, number, number],
): Part {
  const at = unit(seed, name);
  if (at < train) return 'train';
  return at < train + validation ? 'validation' : 'test';
}
