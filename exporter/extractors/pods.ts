import { SourceError } from '../base/errors.ts';
import { sample } from '../catalogue/model/sample.ts';
import { podsMetrics } from '../catalogue/pods.ts';
import { PodEvidence, riskyPods } from '../events/risky-pods.ts';
import type { PodWatch } from '../kubernetes/pod-watch.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import type { Extractor } from '../scrape/extractor.ts';

/** Made once: its stack is not worth a part of every scrape. */
const NO_CLUSTER = new SourceError(
  'absent',
  'kubernetes/pods',
  'pods: not in a cluster, or --kubernetes=off',
);

interface State {
  readonly watch: PodWatch | undefined;
  readonly rules: RuleBook;
  readonly evidence: PodEvidence;
}

/**
 * Restarts of this node's containers, and pods that a rule calls risky.
 *
 * Source: a watch of the API server. While it is away, what was known last is exposed, and the extractor has failed.
 */
export const pods: Extractor<State> = {
  name: 'pods',
  metrics: podsMetrics,
  findsMatches: true,
  open: ({ podWatch: watch, rules, evidence }) => ({ watch, rules, evidence: new PodEvidence(evidence) }),
  extract(_host, { watch, rules, evidence }) {
    if (watch === undefined) throw NO_CLUSTER;
    const { store, error } = watch;
    const errors = error === undefined ? [] : [error];
    if (!store.complete) return { samples: [], errors };
    const listed = store.list();
    evidence.look(rules.current, listed);
    const restarts = store.restarts
      .series(listed)
      .map(({ reason, owner, count }) => sample(podsMetrics.restarts, count, { reason, ...owner }));
    return { samples: [...restarts, ...riskyPods(rules.current, listed)], errors };
  },
};
