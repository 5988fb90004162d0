import { RULE_KINDS, type RuleEvent, type RuleKind } from '../catalogue/events/fields.ts';
import type { Condition, Verdict } from './condition.ts';
import type { Rule, RuleOn } from './model.ts';

/** How often a rule could not be decided: for want of a field, or because its evaluation failed. */
interface Undecided {
  missing: number;
  failed: number;
}

/** What a set of rules says of an event. */
export interface Outcome {
  readonly names: readonly string[];
  readonly undecided: readonly (readonly [rule: string, verdict: Verdict])[];
}

/** The rules in use. A condition is compiled once; an event costs what the conditions of its own kind cost. */
export class RuleSet {
  readonly rules: readonly Rule[];
  /** By rule; goes on counting when a rule of the same name follows. */
  readonly undecided: ReadonlyMap<string, Readonly<Undecided>>;
  readonly #undecided: Map<string, Undecided>;
  /** Whether a rule for execs looks at arguments, which cost as much to read as dozens of events. */
  readonly needsArguments: boolean;
  /** Whether a rule for execs looks at the program's parent. */
  readonly needsParents: boolean;
  readonly #byKind: ReadonlyMap<RuleKind, readonly Rule[]>;

  /** @param previous the set that this one replaces */
  constructor(rules: readonly Rule[], previous?: RuleSet) {
    this.rules = rules;
    this.#byKind = new Map(RULE_KINDS.map((kind) => [kind, rules.filter(({ on }) => on === kind)]));
    this.#undecided = new Map(
      rules.map(({ name }) => [name, { missing: 0, failed: 0, ...previous?.undecided.get(name) }]),
    );
    this.undecided = this.#undecided;
    const looksAt = (field: string) => this.on('exec').some(({ condition }) => condition.fields.has(field));
    this.needsArguments = looksAt('args');
    this.needsParents = looksAt('parent_path') || looksAt('parent_name');
  }

  /** The rules for a kind of event, in the order of their files. */
  on<K extends RuleKind>(kind: K): readonly RuleOn<K>[] {
    return (this.#byKind.get(kind) ?? []) as readonly RuleOn<K>[];
  }

  /** Those of the rules for a kind that have these names. */
  named<K extends RuleKind>(kind: K, names: readonly string[]): RuleOn<K>[] {
    return this.on(kind).filter(({ name }) => names.includes(name));
  }

  /** Whether this rule's condition holds; never throws, and counts what could not be decided. */
  holds<K extends RuleKind>(rule: RuleOn<K>, event: RuleEvent<K>): boolean {
    const verdict = (rule.condition as Condition<K>).evaluate(event);
    this.#note(rule.name, verdict);
    return verdict === 'match';
  }

  /** Names of the rules for this kind whose condition holds; never throws, whatever the event's texts are. */
  match<K extends RuleKind>(kind: K, event: RuleEvent<K>): readonly string[] {
    return this.count(this.evaluate(kind, event));
  }

  /** Counts what could not be decided; the names of the rules that match. For events that are alike, one outcome will do. */
  count({ names, undecided }: Outcome): readonly string[] {
    for (const [name, verdict] of undecided) this.#note(name, verdict);
    return names;
  }

  /** What the rules for this kind say; counts nothing. */
  evaluate<K extends RuleKind>(kind: K, event: RuleEvent<K>): Outcome {
    const names: string[] = [];
    const undecided: [string, Verdict][] = [];
    for (const { name, condition } of this.on(kind)) {
      const verdict = (condition as Condition<K>).evaluate(event);
      if (verdict === 'match') names.push(name);
      else if (verdict !== 'no_match') undecided.push([name, verdict]);
    }
    return { names, undecided };
  }

  #note(name: string, verdict: Verdict): void {
    const undecided = this.#undecided.get(name);
    if (undecided !== undefined && (verdict === 'missing' || verdict === 'failed')) undecided[verdict] += 1;
  }
}
