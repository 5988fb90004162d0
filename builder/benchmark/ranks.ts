/** Scores as their ranks: single precision would make near scores equal, and every measure here looks at their order alone. */
import type { Scores } from '../../learning/measures/alarms.ts';

/** Whole numbers that single precision holds exactly. */
const MOST_RANKS = 2 ** 24;

export interface Ranked {
  /** 1 for the lowest score; NaN for a row without one. */
  readonly scores: readonly Scores[];
  /** The rank of the lowest score that is not below a value. */
  rankFrom(value: number): number;
  /** The score of a rank. */
  scoreOf(rank: number): number;
}

/** Ranks of scores, the same for the same score; of more different scores than can be told apart, neighbours share one. */
export function ranked(scores: readonly Float64Array[]): Ranked {
  const all = Float64Array.from(
    scores.flatMap((own) => Array.from(own).filter((score) => !Number.isNaN(score))),
  ).sort();
  const distinct = all.filter((score, i) => i === 0 || score !== all[i - 1]);
  const perRank = Math.max(1, Math.ceil(distinct.length / MOST_RANKS));
  /** How many of them lie below a value. */
  const below = (value: number): number => {
    let low = 0;
    let high = distinct.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((distinct[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const rankFrom = (value: number) => Math.floor(below(value) / perRank) + 1;
  return {
    scores: scores.map((own) =>
      Float32Array.from(own, (score) => (Number.isNaN(score) ? Number.NaN : rankFrom(score))),
    ),
    rankFrom,
    scoreOf: (rank) => distinct[(rank - 1) * perRank] ?? Number.NaN,
  };
}
