import { createHash } from 'node:crypto';

const HASHED_BYTES = 6;

/** A number in [0, 1) that depends on the seed and the name alone. */
export function unit(seed: string, name: string): number {
  const hash = createHash('sha256').update(`${seed}\0${name}`).digest();
  return hash.readUIntBE(0, HASHED_BYTES) / 2 ** (8 * HASHED_BYTES);
}

/** A part of a split, and its share of all. */
export interface Share<Part extends string> {
  readonly part: Part;
  /** 0 to 1; a part without a share gets nothing. */
  readonly share: number;
}

/**
 * Gives the members of strata to parts, one after the other in the order in which they come: what comes later changes nothing of what came
 * before. Of each stratum the first goes to the first part, and the next ones to the parts that have none yet, in an order that the seed and
 * the stratum's name decide; then each goes to the part that is furthest behind its share (Balinski and Young's quota method). So a
 * stratum is in all of n parts from its nth member on.
 */
export class Apportionment<Part extends string> {
  readonly #shares: readonly Share<Part>[];
  readonly #seed: string;
  readonly #given = new Map<string, Map<Part, number>>();

  constructor(shares: readonly Share<Part>[], seed: string) {
    this.#shares = shares.filter(({ share }) => share > 0);
    this.#seed = seed;
  }

  /** The part that the next member of a stratum belongs to. */
  next(stratum: string): Part {
    const given = this.#given.get(stratum) ?? new Map<Part, number>();
    const total = [...given.values()].reduce((sum, count) => sum + count, 0);
    const [first] = this.#shares;
    if (first === undefined) throw new RangeError('no part has a share');
    const ranked = this.#shares
      .map(({ part, share }, place) => {
        const own = given.get(part) ?? 0;
        return {
          part,
          isEmpty: own === 0,
          behind: share * (total + 1) - own,
          place: place === 0 ? -1 : unit(this.#seed, `${stratum}\0${part}`),
        };
      })
      .sort((a, b) => {
        if (a.isEmpty !== b.isEmpty) return a.isEmpty ? -1 : 1;
        return (a.isEmpty ? 0 : b.behind - a.behind) || a.place - b.place;
      });
    return ranked[0]?.part ?? first.part;
  }

  /** Says that a member of a stratum is in a part. */
  give(stratum: string, part: Part): void {
    const given = this.#given.get(stratum) ?? new Map<Part, number>();
    given.set(part, (given.get(part) ?? 0) + 1);
    this.#given.set(stratum, given);
  }
}
