import type { RuleEvent } from '../catalogue/events/fields.ts';
import { execsMetrics } from '../catalogue/execs.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { MatchCounts } from '../counters/match-counts.ts';
import {
  type ContainerOwner,
  HOST,
  OTHER_CONTAINER,
  podFields,
  UNKNOWN_CONTAINER,
  type Whereabouts,
} from '../owners/owners.ts';
import type { RuleOn } from '../rules/model.ts';
import type { Outcome, RuleSet } from '../rules/rule-set.ts';
import { textOf } from './bytes.ts';
import { ExecMemo } from './exec-memo.ts';

/** A program that was started, as the kernel tells it. */
export interface Exec {
  /** One character per byte; absolute where that could be told. */
  readonly path: string;
  /** Undefined where they could not be read, or where no rule asks for them. */
  readonly args?: readonly string[] | undefined;
}

/** Told of a match. */
export type OnExec = (rule: RuleOn<'exec'>, owner: ContainerOwner, event: RuleEvent<'exec'>) => void;

/** Where it was started. */
type ExecWhereabouts = Whereabouts & { readonly owner: ContainerOwner };

function eventOf(exec: Exec, where: Whereabouts | undefined): RuleEvent<'exec'> {
  const path = textOf(exec.path);
  const args = exec.args?.map(textOf);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { in_container, pod_namespace, pod } = podFields(where);
  const [cgroup, container] = where === undefined ? [] : [where.cgroup, where.owner.container ?? ''];
  return { path, name, args, in_container, cgroup, container, pod_namespace, pod };
}

/** Metric 19: programs started that match an exec rule. */
export class ExecCounter {
  readonly #counts = new MatchCounts<ContainerOwner>([HOST, UNKNOWN_CONTAINER], OTHER_CONTAINER);
  readonly #memo = new ExecMemo();

  /**
   * @param where undefined when its control group could not be told
   * @param onMatch is told of each rule that matches
   */
  add(rules: RuleSet, exec: Exec, where: ExecWhereabouts | undefined, onMatch?: OnExec): void {
    const outcome =
      where === undefined || rules.needsArguments
        ? rules.evaluate('exec', eventOf(exec, where))
        : this.#remembered(rules, exec, where);
    const names = rules.count(outcome);
    if (names.length === 0) return;
    const owner = where?.owner ?? UNKNOWN_CONTAINER;
    this.#counts.add(names, owner);
    if (onMatch === undefined) return;
    const event = eventOf(exec, where);
    for (const rule of rules.named('exec', names)) onMatch(rule, owner, event);
  }

  #remembered(rules: RuleSet, exec: Exec, where: ExecWhereabouts): Outcome {
    const programs = this.#memo.of(rules, where.cgroup, where.owner);
    const known = programs.outcomes.get(exec.path);
    if (known !== undefined) return known;
    const outcome = rules.evaluate('exec', eventOf(exec, where));
    this.#memo.remember(programs, exec.path, outcome);
    return outcome;
  }

  /** @param known the containers that are there now */
  samples(rules: RuleSet, known: readonly ContainerOwner[]): Sample[] {
    const names = rules.on('exec').map(({ name }) => name);
    return this.#counts
      .series(names, known)
      .map(({ rule, owner, count }) => sample(execsMetrics.suspicious, count, { rule, ...owner }));
  }
}
