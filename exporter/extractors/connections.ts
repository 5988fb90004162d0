import { connectionsMetrics } from '../catalogue/connections.ts';
import { podLabels } from '../containers/attribution.ts';
import { presentPods } from '../containers/present.ts';
import { ConnectionCounter } from '../events/connection-counter.ts';
import type { ProcessEvents } from '../events/process-events.ts';
import type { Extractor } from '../extractor.ts';
import type { RuleBook } from '../rules/rule-book.ts';

interface State {
  readonly events: ProcessEvents;
  readonly rules: RuleBook;
  readonly counter: ConnectionCounter;
}

/**
 * First TCP connects of a pod to an address and port, refused ones included, by the rule that they match.
 *
 * Source: the tracepoint sock:inet_sock_set_state (Linux 4.16 or newer), connects that enter SYN_SENT. Connections
 * that are over before a look at net/tcp leave no mark there, so that without the trace there is no such metric.
 */
export const connections: Extractor<State> = {
  name: 'connections',
  metrics: connectionsMetrics,
  open({ rules, ...services }) {
    const events = services.events();
    const counter = new ConnectionCounter();
    events.on('connect', (connect, where) => {
      const located = where && { cgroup: where.cgroup, owner: podLabels(where.place, events.names) };
      counter.add(rules.current, connect, located);
    });
    return { events, rules, counter };
  },
  extract(host, { events, rules, counter }) {
    if (events.polledBecause !== undefined) throw events.polledBecause;
    events.pump();
    return counter.samples(rules.current, presentPods(host));
  },
};
