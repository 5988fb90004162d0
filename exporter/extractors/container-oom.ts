import { containerOomMetrics } from '../catalogue/container-oom.ts';
import { containerLabels, HOST } from '../containers/attribution.ts';
import { presentContainers } from '../containers/present.ts';
import { MatchCounts } from '../events/match-counts.ts';
import { type ContainerOwner, OTHER_CONTAINER, UNKNOWN_CONTAINER } from '../events/owners.ts';
import type { ProcessEvents } from '../events/process-events.ts';
import { type Extractor, sample } from '../extractor.ts';

/** The one thing that is counted of each owner. */
const KILL = 'kill';

interface State {
  readonly events: ProcessEvents;
  readonly counts: MatchCounts<ContainerOwner>;
}

/**
 * Processes that the kernel killed for want of memory, by container.
 *
 * Source: the tracepoint oom:mark_victim; a container's own count dies with its cgroup.
 */
export const containerOom: Extractor<State> = {
  name: 'container-oom',
  metrics: containerOomMetrics,
  open(services) {
    const events = services.events();
    const counts = new MatchCounts<ContainerOwner>([HOST, UNKNOWN_CONTAINER], OTHER_CONTAINER);
    events.on('oom', (_, where) => {
      counts.add(
        [KILL],
        where === undefined ? UNKNOWN_CONTAINER : containerLabels(where.place, events.names),
      );
    });
    return { events, counts };
  },
  extract(host, { events, counts }) {
    if (events.polledBecause !== undefined) throw events.polledBecause;
    events.pump();
    return counts
      .series([KILL], presentContainers(host))
      .map(({ owner, count }) => sample(containerOomMetrics.kills, count, owner));
  },
};
