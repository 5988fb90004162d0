import type { ContainerOwner } from '../owners/owners.ts';
import type { Outcome, RuleSet } from '../rules/rule-set.ts';

const MOST_CGROUPS = 1_024;
const MOST_PROGRAMS = 1_024;
const LONGEST_KEY = 1_024;

/** What the rules said of the programs that started in one cgroup, as long as its container goes by the same names. */
interface Programs {
  readonly owner: ContainerOwner;
  readonly outcomes: Map<string, Outcome>;
}

const isSame = (a: ContainerOwner, b: ContainerOwner) =>
  a.namespace === b.namespace && a.pod === b.pod && a.container === b.container;

/**
 * Remembers what the rules say of a program in a cgroup: on most nodes the same few programs start again and again.
 * Whatever a condition sees of an exec follows from the cgroup, its names and a key: the program's path, who had it started, and its parent
 * where a rule looks at that. Nothing is remembered of what else was looked at, which is one process's own.
 *
 * Bounded, whatever names a hostile process gives its programs: a full memory starts anew.
 */
export class ExecMemo {
  #rules: RuleSet | undefined;
  #programs = new Map<string, Programs>();

  /** The programs of a cgroup, under the rules that are in use now. */
  of(rules: RuleSet, cgroup: string, owner: ContainerOwner): Programs {
    if (rules !== this.#rules || this.#programs.size > MOST_CGROUPS) {
      this.#rules = rules;
      this.#programs = new Map();
    }
    const known = this.#programs.get(cgroup);
    if (known !== undefined && isSame(known.owner, owner)) return known;
    const programs = { owner, outcomes: new Map() };
    this.#programs.set(cgroup, programs);
    return programs;
  }

  /** Adds an outcome, if its key is one to be seen again. */
  remember({ outcomes }: Programs, key: string, outcome: Outcome): void {
    if (key.length > LONGEST_KEY) return;
    if (outcomes.size >= MOST_PROGRAMS) outcomes.clear();
    outcomes.set(key, outcome);
  }
}
