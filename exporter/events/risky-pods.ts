import type { V1Pod } from '@kubernetes/client-node';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { podsMetrics } from '../catalogue/pods.ts';
import type { EventBook } from '../evidence/event-book.ts';
import { HOST_POD } from '../owners/owners.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { podFacts } from './pod-facts.ts';

/** Names of rules by pod, as long as neither pod nor rules change: a watch gives a new object for a changed pod. */
const matches = new WeakMap<RuleSet, WeakMap<V1Pod, readonly string[]>>();

function matchesOf(rules: RuleSet, pod: V1Pod): readonly string[] {
  const byPod = matches.get(rules) ?? new WeakMap<V1Pod, readonly string[]>();
  matches.set(rules, byPod);
  const names = byPod.get(pod) ?? rules.match('pod', podFacts(pod));
  byPod.set(pod, names);
  return names;
}

/** A pod that has ended is no risk any more, though it may stay listed for days. */
function hasEnded({ status }: V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/**
 * Metric 21: for each pod and rule 1 if it matches, else 0. Each rule also stands at 0 without a pod, so that a node
 * without pods sums to 0 and a rule that is not in use to nothing.
 */
export function riskyPods(rules: RuleSet, pods: readonly V1Pod[]): Sample[] {
  const names = rules.on('pod').map(({ name }) => name);
  const none = names.map((rule) => sample(podsMetrics.risky, 0, { rule, ...HOST_POD }));
  const risky = pods
    .filter((pod) => !hasEnded(pod))
    .flatMap((pod) => {
      const { namespace = '', name = '' } = pod.metadata ?? {};
      const owner = { namespace, pod: name };
      const matched = matchesOf(rules, pod);
      return names.map((rule) =>
        sample(podsMetrics.risky, matched.includes(rule) ? 1 : 0, { rule, ...owner }),
      );
    });
  return [...none, ...risky];
}

/** Has a record made of each pod that begins to match a rule. */
export class PodEvidence {
  readonly #evidence: EventBook;
  /** By the pod's uid: the rules that it matched at the last look. */
  #known = new Map<string, readonly string[]>();

  constructor(evidence: EventBook) {
    this.#evidence = evidence;
  }

  /** @param pods all that are there */
  look(rules: RuleSet, pods: readonly V1Pod[]): void {
    const before = this.#known;
    this.#known = new Map();
    for (const pod of pods) {
      if (hasEnded(pod)) continue;
      const { uid = '', namespace = '', name = '' } = pod.metadata ?? {};
      const names = matchesOf(rules, pod);
      this.#known.set(uid, names);
      const fresh = names.filter((rule) => !before.get(uid)?.includes(rule));
      if (fresh.length === 0) continue;
      const [event, time] = [podFacts(pod), this.#evidence.wallTime.moment()];
      for (const rule of rules.named('pod', fresh)) {
        const owner = { namespace, pod: name, container: '' };
        this.#evidence.note<'pod'>({ rule, owner, event, more: {}, time });
      }
    }
  }
}
