/** Whose doing is what a real Prometheus shows: alerts and rules name a pod, or what only one of a batch moves. */
import { METRICS } from '../../exporter/catalogue/index.ts';
import { ALERT_GROUPS } from '../../prometheus/alerts/index.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import type { Seen } from './results.ts';

/** A series of ALERTS that fired, or of a rule's counter that rose. */
export interface Sign {
  /** Of the alert or the rule. */
  readonly name: string;
  /** Empty where the node's own share is meant, or no pod at all. */
  readonly pod: string;
  /** UTC milliseconds: when it was first to be seen. */
  readonly atMs: number;
}

/** A scenario that was on. */
export interface Ran {
  readonly scenario: Pick<Scenario, 'name' | 'moves' | 'rules'>;
  readonly pod: string;
  readonly startMs: number;
}

/** Groups of alerts about attacks; the others are about the agent and about datasets. */
const ATTACKS = 'kubevigil-attack-';
const EXPRESSIONS = new Map(
  ALERT_GROUPS.filter(({ name }) => name.startsWith(ATTACKS)).flatMap(({ alerts }) =>
    alerts.map(({ name, expr }) => [name, expr] as const),
  ),
);

/** The alerts that are about attacks. */
export const ATTACK_ALERTS: readonly string[] = [...EXPRESSIONS.keys()];

/**
 * Whether an expression names a metric that one of the columns is made of, or its recording rule.
 *
 * @internal exported for its own tests
 */
export function isAbout(expr: string, moves: Scenario['moves']): boolean {
  return METRICS.some(({ name, columns }) => {
    const own = columns.filter((column) => moves.some((moved) => moved === column.name));
    return own.some(
      (column) => expr.includes(`kubevigil_${column.name}:`) || new RegExp(`\\b${name}\\b`).test(expr),
    );
  });
}

/** The one of a batch that a sign without a pod is about; undefined where several are, or none. */
function ownerOf({ name }: Sign, batch: readonly Ran[]): Ran | undefined {
  const expr = EXPRESSIONS.get(name);
  const able = batch.filter(({ scenario: { moves, rules = [] } }) =>
    expr === undefined ? rules.includes(name) : isAbout(expr, moves),
  );
  return able.length === 1 ? able[0] : undefined;
}

/**
 * What is to be put down to each scenario of a batch: the earliest of each name, in order of time.
 *
 * @param control names that a pod showed in which nothing was done
 */
export function credited(
  signs: readonly Sign[],
  batch: readonly Ran[],
  control: ReadonlySet<string>,
): Map<string, Seen[]> {
  const found = new Map<string, Map<string, number>>(batch.map(({ scenario }) => [scenario.name, new Map()]));
  for (const sign of signs) {
    if (sign.pod !== '' && control.has(sign.name)) continue;
    const ran = sign.pod === '' ? ownerOf(sign, batch) : batch.find(({ pod }) => pod === sign.pod);
    if (ran === undefined || sign.atMs < ran.startMs) continue;
    const own = found.get(ran.scenario.name) as Map<string, number>;
    const seconds = Math.round((sign.atMs - ran.startMs) / 1000);
    own.set(sign.name, Math.min(seconds, own.get(sign.name) ?? seconds));
  }
  return new Map(
    [...found].map(([scenario, own]) => [
      scenario,
      [...own].map(([name, seconds]) => ({ name, seconds })).sort((a, b) => a.seconds - b.seconds),
    ]),
  );
}
