import { containerOomMetrics } from '../catalogue/container-oom.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { CgroupOomKills } from '../cgroups/oom-kills.ts';
import { MatchCounts } from '../counters/match-counts.ts';
import type { ProcessEvents } from '../events/process-events.ts';
import { containerLabels } from '../owners/attribution.ts';
import type { NodeView } from '../owners/node-view.ts';
import { type ContainerOwner, HOST, OTHER_CONTAINER, UNKNOWN_CONTAINER } from '../owners/owners.ts';
import { presentContainers } from '../owners/present.ts';
import type { Extraction, Extractor } from '../scrape/extractor.ts';

/** The one thing that is counted of each owner. */
const KILL = 'kill';

interface State {
  readonly events: ProcessEvents;
  readonly counts: MatchCounts<ContainerOwner>;
  /** Undefined where the trace tells. */
  readonly cgroups: CgroupOomKills | undefined;
}

function samplesOf(counts: MatchCounts<ContainerOwner>, known: readonly ContainerOwner[]): Sample[] {
  return counts
    .series([KILL], known)
    .map(({ owner, count }) => sample(containerOomMetrics.kills, count, owner));
}

function fromCgroups(host: NodeView, { events, counts }: State, cgroups: CgroupOomKills): Extraction {
  const { kills, places, errors } = cgroups.look();
  for (const { place, count } of kills) {
    counts.add([KILL], containerLabels(place, host.names), undefined, count);
  }
  const known = places.map((place) => containerLabels(place, host.names));
  return { samples: samplesOf(counts, known), errors: [...events.takeErrors('oom'), ...errors] };
}

/**
 * Processes that the kernel killed for want of memory, by container.
 *
 * Source: the tracepoint oom:mark_victim; a container's own count dies with its cgroup. Without the trace these counts
 * (Linux 4.13 or newer), which say nothing of the host's own processes.
 */
export const containerOom: Extractor<State> = {
  name: 'container-oom',
  metrics: containerOomMetrics,
  open(services) {
    const events = services.events();
    if (!events.sees('oom')) {
      const counts = new MatchCounts<ContainerOwner>([], OTHER_CONTAINER);
      return { events, counts, cgroups: new CgroupOomKills(services.paths) };
    }
    const counts = new MatchCounts<ContainerOwner>([HOST, UNKNOWN_CONTAINER], OTHER_CONTAINER);
    events.on('oom', (_, where) => {
      counts.add(
        [KILL],
        where === undefined ? UNKNOWN_CONTAINER : containerLabels(where.place, events.names),
      );
    });
    return { events, counts, cgroups: undefined };
  },
  extract(host, state) {
    const { events, counts, cgroups } = state;
    if (cgroups !== undefined) return fromCgroups(host, state, cgroups);
    events.pump();
    return { samples: samplesOf(counts, presentContainers(host)), errors: events.takeErrors('oom') };
  },
};
