import { HELD_OUT } from './attacks/held-out.ts';
import { ATTACKS } from './attacks/kinds.ts';
import { MORE_ATTACKS } from './attacks/more-kinds.ts';
import type { WebRules } from './matcher.ts';
import { detection, falseAlarms } from './measure.ts';
import type { Measured } from './page.ts';

export const LINES = 100_000;
const SEED = 1;

/** All that the page has. */
export function measureAll(rules: WebRules, lines: number = LINES): Measured {
  return {
    corpus: detection(rules, [...ATTACKS, ...MORE_ATTACKS]),
    heldOut: detection(rules, HELD_OUT),
    harmless: falseAlarms(rules, lines, SEED),
    seed: SEED,
  };
}
