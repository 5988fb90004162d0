import { FIELDS, type RuleKind } from '../catalogue/events/fields.ts';
import type { Verdict } from './condition.ts';
import type { Rule } from './model.ts';

const MAX_ENTRIES = 1_024;
const MAX_KEY_CHARACTERS = 512;

/** What a set of rules says of an event. */
export interface Outcome {
  readonly names: readonly string[];
  readonly undecided: readonly (readonly [rule: string, verdict: Verdict])[];
}

/**
 * Remembers which rules events with the same fields matched: on most nodes the same few programs start again and
 * again. Bounded, whatever names a hostile process gives its programs: a full memory starts anew.
 */
export class MatchMemo {
  readonly #fields: readonly string[];
  #matches = new Map<string, Outcome>();

  private constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  /** A memory for the events of a kind; undefined when a rule looks at more than texts and flags. */
  static of(kind: RuleKind, rules: readonly Rule[]): MatchMemo | undefined {
    const types: Readonly<Record<string, { readonly type: string }>> = FIELDS[kind];
    const fields = [...new Set(rules.flatMap(({ condition }) => [...condition.fields]))];
    const plain = fields.every((field) => ['string', 'bool'].includes(types[field]?.type ?? ''));
    return plain ? new MatchMemo(fields) : undefined;
  }

  /** Tells events apart by the fields that the rules look at; undefined when they are very long. */
  key(event: Readonly<Record<string, unknown>>): string | undefined {
    let key = '';
    for (const field of this.#fields) {
      const value = event[field];
      // A sign and an end for each: no text from the kernel holds a NUL, so that none passes for two others.
      key += value === undefined ? '-' : `+${value}\0`;
    }
    return key.length > MAX_KEY_CHARACTERS ? undefined : key;
  }

  get(key: string): Outcome | undefined {
    return this.#matches.get(key);
  }

  set(key: string, outcome: Outcome): void {
    if (this.#matches.size >= MAX_ENTRIES) this.#matches = new Map();
    this.#matches.set(key, outcome);
  }
}
