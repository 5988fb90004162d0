import type { V1ContainerStateTerminated, V1Pod } from '@kubernetes/client-node';
import type { podsMetrics } from '../catalogue/pods.ts';
import { MatchCounts } from '../counters/match-counts.ts';
import { type ContainerOwner, OTHER_CONTAINER } from '../owners/owners.ts';

type RestartReason = (typeof podsMetrics.restarts.labels.reason)[number];

const REASONS: readonly RestartReason[] = ['oom', 'error', 'completed', 'other'];

/** What the container runtimes and the kubelet write as the reason of a container's end. */
const BY_REASON: Readonly<Record<string, RestartReason>> = {
  OOMKilled: 'oom',
  Error: 'error',
  Completed: 'completed',
};

function reasonOf(terminated: V1ContainerStateTerminated | undefined): RestartReason {
  return BY_REASON[terminated?.reason ?? ''] ?? 'other';
}

interface Restartable {
  readonly name: string;
  readonly restartCount: number;
  readonly last: V1ContainerStateTerminated | undefined;
}

/** Containers that can restart: ephemeral ones cannot. */
function restartable({ spec, status }: V1Pod): Restartable[] {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => {
    const found = statuses.find((status) => status.name === name);
    return { name, restartCount: found?.restartCount ?? 0, last: found?.lastState?.terminated };
  });
}

function ownerOf({ metadata }: V1Pod, container: string): ContainerOwner {
  const { namespace = '', name = '' } = metadata ?? {};
  return { namespace, pod: name, container };
}

/** Restarts since the agent started, by container and the reason of the end before. */
export class Restarts {
  readonly #counts = new MatchCounts<ContainerOwner>([], OTHER_CONTAINER);

  /**
   * Counts what has happened to a pod.
   *
   * Of several restarts between two states of the pod only the last one's reason is known: the others are `other`.
   *
   * @param before its state before; undefined for a pod that is new to a node that we watch already, all of whose
   *   restarts are counted
   */
  observe(before: V1Pod | undefined, after: V1Pod, nowMs = performance.now()): void {
    const counted = new Map(before && restartable(before).map((found) => [found.name, found.restartCount]));
    for (const { name, restartCount, last } of restartable(after)) {
      const owner = ownerOf(after, name);
      const more = restartCount - (counted.get(name) ?? 0);
      if (more > 1) this.#counts.add(['other'], owner, nowMs, more - 1);
      if (more > 0) this.#counts.add([reasonOf(last)], owner, nowMs);
    }
  }

  /** The series of this moment: every reason stands at 0 for every container that is there. */
  series(pods: readonly V1Pod[], nowMs = performance.now()) {
    const known = pods.flatMap((pod) => restartable(pod).map(({ name }) => ownerOf(pod, name)));
    return this.#counts
      .series(REASONS, known, nowMs)
      .map(({ rule, owner, count }) => ({ reason: rule as RestartReason, owner, count }));
  }
}
