import type { Outcome, Row, Sign } from './table/model.ts';

/** What was counted while a row was run. */
export interface Observed {
  /** What is attributed to its container, or counted by its rule. */
  readonly own: ReadonlyMap<Sign, number>;
  /** By how much a metric without owner rose. */
  readonly rise: (sign: Sign) => number;
}

const written = (own: ReadonlyMap<Sign, number>) =>
  own.size === 0 ? 'nothing' : [...own].map(([sign, value]) => `${sign} ${value}`).join(', ');

/**
 * What is wrong with what the table says of a row; undefined when it is so.
 *
 * @param times how often each has to be counted
 */
export function contradiction(
  { evades, outcome }: Pick<Row, 'evades' | 'outcome'>,
  times: number,
  observed: Observed,
): string | undefined {
  const { own } = observed;
  const meant = Math.max(...evades.map((sign) => own.get(sign) ?? 0));
  const expected = (what: string) => `expected ${what}, seen: ${written(own)}`;
  const wrong: Record<Outcome['kind'], () => string | undefined> = {
    seen: () => (meant >= times ? undefined : expected(`${times} × ${evades.join(' or ')}`)),
    otherwise: () => {
      const by = outcome.kind === 'otherwise' ? outcome.by : [];
      if (meant > 0) return expected(`none of ${evades.join(', ')}`);
      return by.every((sign) => (own.get(sign) ?? observed.rise(sign)) >= times)
        ? undefined
        : expected(`${times} × ${by.join(' and ')}`);
    },
    counted: () => {
      const by = outcome.kind === 'counted' ? observed.rise(outcome.by) : 0;
      return meant + by >= times
        ? undefined
        : expected(`${times} × ${evades.join(' or ')} (or counted: ${by})`);
    },
    unseen: () => (own.size === 0 ? undefined : expected('nothing')),
  };
  return wrong[outcome.kind]();
}
