import { connectionsMetrics } from '../catalogue/connections.ts';
import { ConnectionCounter } from '../events/connection-counter.ts';
import type { ProcessEvents } from '../events/process-events.ts';
import { programOf } from '../events/process-facts.ts';
import type { EventBook } from '../evidence/event-book.ts';
import { OutboundTables } from '../netns/outbound.ts';
import { containerLabels, podLabels } from '../owners/attribution.ts';
import type { NodeView } from '../owners/node-view.ts';
import { HOST_POD } from '../owners/owners.ts';
import { presentPods } from '../owners/present.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import type { Extraction, Extractor } from '../scrape/extractor.ts';

/** Reads connects from the kernel's trace, or from the socket tables of every network namespace. */
interface State {
  readonly events: ProcessEvents;
  readonly rules: RuleBook;
  readonly counter: ConnectionCounter;
  readonly evidence: EventBook;
  /** Undefined where the trace tells. */
  readonly tables: OutboundTables | undefined;
}

/** The host's namespace and those of pods; where only some could be read, only these have series. */
function fromTables(
  host: NodeView,
  { events, rules, counter, evidence }: State,
  tables: OutboundTables,
): Extraction {
  const { found, seen, errors } = tables.take(host, performance.now());
  for (const { namespace, address, port, before } of found) {
    const owner = podLabels(namespace.place, host.names);
    const connect = { address, port };
    if (before) counter.know(connect, owner);
    else {
      const where = { cgroup: namespace.place?.path ?? '', owner };
      counter.add(rules.current, connect, where, (rule, pod, event) =>
        evidence.note<'connection'>({
          rule,
          owner: { ...pod, container: '' },
          event,
          more: {},
          time: evidence.wallTime.moment(),
        }),
      );
    }
  }
  const owners = seen.map(({ place }) => podLabels(place, host.names));
  return {
    samples: counter.samples(rules.current, owners),
    errors: [...events.takeErrors('connect'), ...errors],
  };
}

/**
 * First TCP connects of a pod to an address and port, refused ones included, by the rule that they match.
 *
 * Source: the tracepoint sock:inet_sock_set_state (Linux 4.16 or newer), connects that enter SYN_SENT. Without the trace
 * net/tcp and net/tcp6 of every network namespace, in rotation: what is over before a look leaves no mark there.
 */
export const connections: Extractor<State> = {
  name: 'connections',
  metrics: connectionsMetrics,
  findsMatches: true,
  open({ rules, evidence, paths: { procfs }, ...services }) {
    const events = services.events();
    if (!events.sees('connect')) {
      const tables = new OutboundTables();
      return { events, rules, counter: new ConnectionCounter([HOST_POD]), evidence, tables };
    }
    const counter = new ConnectionCounter();
    events.on('connect', (connect, where) => {
      const located = where && { cgroup: where.cgroup, owner: podLabels(where.place, events.names) };
      counter.add(rules.current, connect, located, (rule, pod, event) => {
        const { pid, timeNs } = connect;
        const container = where === undefined ? '' : containerLabels(where.place, events.names).container;
        evidence.note<'connection'>({
          rule,
          owner: { ...pod, container },
          event,
          more: { pid },
          time: evidence.wallTime.moment(timeNs),
          ask: (take) => take({ more: { program: programOf(procfs, pid) } }),
        });
      });
    });
    return { events, rules, counter, evidence, tables: undefined };
  },
  extract(host, state) {
    const { events, rules, counter, tables } = state;
    if (tables !== undefined) return fromTables(host, state, tables);
    events.pump();
    return {
      samples: counter.samples(rules.current, presentPods(host)),
      errors: events.takeErrors('connect'),
    };
  },
};
