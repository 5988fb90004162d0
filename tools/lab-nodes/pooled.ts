/** The figures of several models together: each was judged by another node, so that no event counts twice. */
import type { Judgement, Recall } from './results.ts';

/** So many of so many. */
export interface Count {
  readonly of: number;
  readonly found: number;
}

/** Quantile of the normal distribution for 95 %. */
const Z = 1.959964;

/**
 * The score interval of a share, with 95 % confidence. It takes what was counted for independent.
 *
 * @returns undefined of nothing
 * @see E. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927)
 */
export function wilsonInterval({ of, found }: Count): readonly [number, number] | undefined {
  if (of === 0) return undefined;
  const share = found / of;
  const spread = Z * Math.sqrt((share * (1 - share)) / of + (Z / (2 * of)) ** 2);
  const scale = 1 + Z ** 2 / of;
  const middle = share + Z ** 2 / (2 * of);
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}

export function sum(counts: readonly Count[]): Count {
  return counts.reduce((all, own) => ({ of: all.of + own.of, found: all.found + own.found }), {
    of: 0,
    found: 0,
  });
}

export function pooled(recalls: readonly (Recall | null)[]): Count {
  return sum(recalls.flatMap((own) => (own === null ? [] : [{ of: own.events, found: own.found }])));
}

/** By class, in the order of the classes' names. */
export function pooledByClass(all: readonly Readonly<Record<string, Recall>>[]): Map<string, Count> {
  const names = [...new Set(all.flatMap((own) => Object.keys(own)))].sort();
  return new Map(names.map((name) => [name, pooled(all.map((own) => own[name] ?? null))]));
}

export function pooledAttribution(judgements: readonly Judgement[]): Count {
  return sum(judgements.map(({ attribution: { events, right } }) => ({ of: events, found: right })));
}
