import { execsMetrics } from '../catalogue/execs.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { MatchCounts } from '../counters/match-counts.ts';
import { type ContainerOwner, HOST, OTHER_CONTAINER, UNKNOWN_CONTAINER } from '../owners/owners.ts';
import type { RuleOn } from '../rules/model.ts';
import type { Outcome, RuleSet } from '../rules/rule-set.ts';
import { type Exec, ExecFacts, type ExecWhereabouts, type ProcessSources } from './exec-facts.ts';
import { ExecMemo } from './exec-memo.ts';

/** Told of a match. */
export type OnExec = (rule: RuleOn<'exec'>, owner: ContainerOwner, event: ExecFacts) => void;

/** By what the rules can tell programs in one cgroup apart, without a look at the process. */
function keyOf({ path, program, parent }: Exec, withParent: boolean): string {
  const descent = program?.descent;
  const key = descent === undefined ? path : `${descent} ${path}`;
  return withParent ? `${key}\0${parent?.path ?? ''}` : key;
}

/** Metric 19: programs started that match an exec rule. */
export class ExecCounter {
  readonly #counts = new MatchCounts<ContainerOwner>([HOST, UNKNOWN_CONTAINER], OTHER_CONTAINER);
  readonly #memo = new ExecMemo();
  readonly #sources: ProcessSources | undefined;

  /** @param sources who can be asked about processes; nobody by default */
  constructor(sources?: ProcessSources) {
    this.#sources = sources;
  }

  /**
   * @param where undefined when its control group could not be told
   * @param onMatch is told of each rule that matches
   * @returns settles when it was counted, where a condition looks at what has to be waited for; else undefined, and it was
   */
  add(
    rules: RuleSet,
    exec: Exec,
    where: ExecWhereabouts | undefined,
    onMatch?: OnExec,
  ): Promise<ExecFacts> | undefined {
    const owner = where?.owner ?? UNKNOWN_CONTAINER;
    const programs = where && this.#memo.of(rules, where.cgroup, where.owner);
    const key = keyOf(exec, rules.needsParents);
    const known = programs?.outcomes.get(key);
    if (known !== undefined && (known.names.length === 0 || onMatch === undefined)) {
      this.#counts.add(rules.count(known), owner);
      return undefined;
    }
    const facts = new ExecFacts(exec, where, this.#sources);
    const outcome = known ?? rules.evaluate('exec', facts);
    if (facts.isWaiting) return this.#later(rules, facts, owner, onMatch);
    if (programs !== undefined && !facts.isOwn) this.#memo.remember(programs, key, outcome);
    this.#count(rules, outcome, facts, owner, onMatch);
    return undefined;
  }

  async #later(
    rules: RuleSet,
    facts: ExecFacts,
    owner: ContainerOwner,
    onMatch: OnExec | undefined,
  ): Promise<ExecFacts> {
    await facts.ask();
    this.#count(rules, rules.evaluate('exec', facts), facts, owner, onMatch);
    return facts;
  }

  #count(
    rules: RuleSet,
    outcome: Outcome,
    facts: ExecFacts,
    owner: ContainerOwner,
    onMatch: OnExec | undefined,
  ): void {
    const names = rules.count(outcome);
    this.#counts.add(names, owner);
    if (onMatch === undefined || names.length === 0) return;
    for (const rule of rules.named('exec', names)) onMatch(rule, owner, facts);
  }

  /** @param known the containers that are there now */
  samples(rules: RuleSet, known: readonly ContainerOwner[]): Sample[] {
    const names = rules.on('exec').map(({ name }) => name);
    return this.#counts
      .series(names, known)
      .map(({ rule, owner, count }) => sample(execsMetrics.suspicious, count, { rule, ...owner }));
  }
}
