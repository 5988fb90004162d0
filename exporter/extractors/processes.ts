import { groupBy } from '../../common/collections.ts';
import { SourceError } from '../base/errors.ts';
import type { Sample } from '../catalogue/model/sample.ts';
import { sample } from '../catalogue/model/sample.ts';
import { processesMetrics } from '../catalogue/processes.ts';
import { containerKey, containerLabels } from '../owners/attribution.ts';
import type { ContainerNames } from '../owners/names.ts';
import type { NodeView } from '../owners/node-view.ts';
import type { ContainerOwner } from '../owners/owners.ts';
import { parseBootTime } from '../parsers/stat.ts';
import type { ProcessGroup, SuspiciousKind } from '../processes/group.ts';
import { PROCESS_STATES } from '../processes/state.ts';
import type { Extractor } from '../scrape/extractor.ts';

const {
  processes: processesMetric,
  startTime: startTimeMetric,
  suspicious: suspiciousMetric,
} = processesMetrics;

const STAT = 'proc/stat';
/** USER_HZ, as in /proc/stat. */
const TICKS_PER_SECOND = 100;
const KINDS = suspiciousMetric.labels.kind;

/** The groups of one container: processes in nested cgroups are their container's. */
interface Tally {
  readonly labels: ContainerOwner;
  readonly contained: boolean;
  readonly groups: readonly ProcessGroup[];
}

function byContainer(groups: Iterable<ProcessGroup>, names: ContainerNames): Tally[] {
  const labelled = [...groups].map((group) => ({ group, labels: containerLabels(group.place, names) }));
  const containers = groupBy(labelled, ({ labels }) => containerKey(labels)).values();
  return [...containers].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const contained = first.group.place !== undefined;
    return [{ labels: first.labels, contained, groups: members.map(({ group }) => group) }];
  });
}

function sum(groups: readonly ProcessGroup[], count: (group: ProcessGroup) => number | undefined): number {
  return groups.reduce((total, group) => total + (count(group) ?? 0), 0);
}

function suspiciousSamples({ labels, contained, groups }: Tally): Sample[] {
  const isKnown = (kind: SuspiciousKind) =>
    (contained || kind !== 'elevated_container') && groups.every(({ unknown }) => !unknown.has(kind));
  return KINDS.filter(isKnown).map((kind) =>
    sample(
      suspiciousMetric,
      sum(groups, ({ suspicious }) => suspicious.get(kind)),
      { kind, ...labels },
    ),
  );
}

/**
 * When a container began. Once told it stays the same, as a clock that is set later changes no past scrape: the time
 * of the group's first process is added to the boot time that was known when the group was first seen.
 */
function startSamples({ labels, contained, groups }: Tally, bootTime: number | undefined): Sample[] {
  if (!contained || bootTime === undefined) return [];
  const seconds = groups.map((group) => group.beganAt(bootTime, TICKS_PER_SECOND)).filter(Number.isFinite);
  return seconds.length === 0 ? [] : [sample(startTimeMetric, Math.min(...seconds), labels)];
}

/** Unix seconds; undefined, and said, where it cannot be read: then it is not known when containers began. */
function bootTimeOf(host: NodeView, errors: SourceError[]): number | undefined {
  try {
    return parseBootTime(host.read(STAT));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    errors.push(error);
    return undefined;
  }
}

/** A count of the processes that happen to be visible would look like a count of all. */
function hidesProcesses({ code, path }: SourceError): boolean {
  return code === 'unreadable' && /\/(stat|cgroup)$/.test(path);
}

/**
 * Processes by state, and those whose executable, tracer or capabilities are unusual.
 *
 * Source: one pass over /proc, every kernel. A kind that could not be told for every process of a container is left
 * out for that container.
 */
export const processes: Extractor = {
  name: 'processes',
  metrics: processesMetrics,
  extract(host) {
    const { groups, errors } = host.processes();
    const ownErrors = errors.filter(({ path }) => !path.endsWith('/ns/net'));
    if (ownErrors.some(hidesProcesses)) return { samples: [], errors: ownErrors };
    const bootTime = bootTimeOf(host, ownErrors);
    const samples = byContainer(groups, host.names).flatMap((tally) => [
      ...PROCESS_STATES.map((state, i) =>
        sample(
          processesMetric,
          sum(tally.groups, ({ states }) => states[i]),
          { state, ...tally.labels },
        ),
      ),
      ...startSamples(tally, bootTime),
      ...suspiciousSamples(tally),
    ]);
    return { samples, errors: ownErrors };
  },
};
