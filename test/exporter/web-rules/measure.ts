import { type Attack, attacksOf, has } from './attacks/corpus.ts';
import type { AttackKind } from './attacks/model.ts';
import { harmlessLines } from './harmless/traffic.ts';
import type { WebRules } from './matcher.ts';
import { SHAPES } from './shapes.ts';

/** How many attacks a rule is for, and how many of them it sees in whatever log they stand. */
export interface Detection {
  of: number;
  seen: number;
  readonly missed: Attack[];
}

/** An attack is seen if its own rule matches it in every shape of log that has what it came in. */
export function detection(rules: WebRules, kinds: readonly AttackKind[]): Map<string, Detection> {
  const byRule = new Map<string, Detection>();
  for (const attack of attacksOf(kinds)) {
    const found = byRule.get(attack.rule) ?? { of: 0, seen: 0, missed: [] };
    byRule.set(attack.rule, found);
    const shapes = Object.entries(SHAPES).filter(([shape]) => has(shape, attack.channel));
    const isSeen = shapes.every(([, write]) => rules.matches(attack.rule, write(attack.request)));
    found.of += 1;
    if (isSeen) found.seen += 1;
    else found.missed.push(attack);
  }
  return byRule;
}

export interface FalseAlarms {
  readonly lines: number;
  /** By rule, and by kind of traffic. */
  readonly byRule: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** What rules match of so many harmless lines. */
export function falseAlarms(rules: WebRules, lines: number, seed: number): FalseAlarms {
  const byRule = new Map<string, Map<string, number>>();
  for (const { kind, line } of harmlessLines(lines, seed)) {
    for (const rule of rules.match(line)) {
      const kinds = byRule.get(rule) ?? new Map<string, number>();
      byRule.set(rule, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
    }
  }
  return { lines, byRule };
}

export const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);
