import type { V1Pod } from '@kubernetes/client-node';
import type { DeclaredCommand } from '../owners/declared.ts';
import type { ContainerNames } from '../owners/names.ts';
import type { ContainerOwner, PodOwner } from '../owners/owners.ts';
import { containersOf, declaredCommands } from './declared-commands.ts';
import { Sandboxes } from './sandboxes.ts';
import { bareId, containerStatuses } from './statuses.ts';

/** Events of a container are read, and its cgroup is removed, after the API server has forgotten it. */
const RETAINED_MS = 6 * 60_000;
/** Names of containers that are gone, beside those that are there: a pod that restarts all the time leaves many. */
const MAX_GONE = 4_096;

/** Whether every container that the pod is to have has been given an id. */
function isComplete({ spec, status }: V1Pod): boolean {
  const pairs = [
    [spec?.initContainers, status?.initContainerStatuses],
    [spec?.containers, status?.containerStatuses],
    [spec?.ephemeralContainers, status?.ephemeralContainerStatuses],
  ] as const;
  return pairs.every(([wanted = [], statuses = []]) =>
    wanted.every(({ name }) =>
      statuses.some((status) => status.name === name && bareId(status.containerID) !== undefined),
    ),
  );
}

/** The uid, and for the mirror of a static pod the one that the kubelet made up, which its cgroup is named by. */
function uidsOf({ metadata }: V1Pod): string[] {
  const { uid, annotations } = metadata ?? {};
  const own = annotations?.['kubernetes.io/config.mirror'] ?? annotations?.['kubernetes.io/config.hash'];
  return [uid, own].filter((id) => id !== undefined && id !== '') as string[];
}

/** What is known of a container, beside its names: no part of them, as series are told apart by all that these have. */
interface Specified {
  readonly image: string | undefined;
  readonly declared: readonly DeclaredCommand[];
}

interface KnownPod {
  readonly owner: PodOwner;
  /** By all of its containers. */
  readonly declared: readonly DeclaredCommand[];
}

interface KnownContainer {
  readonly owner: ContainerOwner;
  readonly specified: Specified | undefined;
}

/** The names of one pod and its containers, by the ids that cgroups carry. */
interface NamesOfPod {
  readonly pods: ReadonlyMap<string, KnownPod>;
  readonly containers: ReadonlyMap<string, KnownContainer>;
  /** Whether every container of the pod has its name. */
  readonly complete: boolean;
}

function namesOf(pod: V1Pod): NamesOfPod {
  const { namespace = '', name = '' } = pod.metadata ?? {};
  const specified = new Map(
    containersOf(pod).map((one): [string, Specified] => [
      one.name,
      { image: one.image, declared: declaredCommands(one) },
    ]),
  );
  const known = {
    owner: { namespace, pod: name },
    declared: [...specified.values()].flatMap(({ declared }) => declared),
  };
  const containers = new Map<string, KnownContainer>();
  for (const { name: container, containerID, lastState } of containerStatuses(pod)) {
    for (const id of [bareId(lastState?.terminated?.containerID), bareId(containerID)]) {
      if (id === undefined) continue;
      const owner = { namespace, pod: name, container };
      containers.set(id, { owner, specified: specified.get(container) });
    }
  }
  return {
    pods: new Map(uidsOf(pod).map((uid) => [uid, known])),
    containers,
    complete: isComplete(pod),
  };
}

/** A map whose entries, once gone, are still found for some minutes. */
class Remembered<T> {
  readonly #present = new Map<string, T>();
  readonly #gone = new Map<string, { value: T; until: number }>();

  get(key: string): T | undefined {
    return this.#present.get(key) ?? this.#gone.get(key)?.value;
  }

  set(key: string, value: T): void {
    this.#present.set(key, value);
    this.#gone.delete(key);
  }

  /** In the order of their going, so that the first are the first to be forgotten. */
  remove(key: string, nowMs: number): void {
    const value = this.#present.get(key);
    if (value === undefined) return;
    this.#present.delete(key);
    this.#gone.set(key, { value, until: nowMs + RETAINED_MS });
    for (const [old, { until }] of this.#gone) {
      if (until > nowMs && this.#gone.size <= MAX_GONE) break;
      this.#gone.delete(old);
    }
  }
}

/** Who is who among this node's cgroups, from the pods that the watch shows. */
export class PodNames implements ContainerNames {
  readonly #pods = new Remembered<KnownPod>();
  readonly #containers = new Remembered<KnownContainer>();
  #isListed = false;
  readonly #sandboxes = new Sandboxes((id) => this.#containers.get(id) !== undefined);

  container(containerId: string): ContainerOwner | undefined {
    return this.#containers.get(containerId)?.owner;
  }

  pod(podUid: string): PodOwner | undefined {
    return this.#pods.get(podUid)?.owner;
  }

  image(containerId: string): string | undefined {
    return this.#containers.get(containerId)?.specified?.image;
  }

  declared(podUid: string | undefined, containerId: string): readonly DeclaredCommand[] | undefined {
    const own = this.#containers.get(containerId)?.specified?.declared;
    if (own !== undefined || podUid === undefined) return own ?? [];
    const ofPod = this.#pods.get(podUid)?.declared;
    // A pod of which the API server tells nothing, though it tells of all others, has nothing declared.
    return ofPod ?? (this.#isListed && this.#sandboxes.isFollowed ? [] : undefined);
  }

  /** All pods of the node have been shown once. */
  listed(): void {
    this.#isListed = true;
  }

  isSandbox(podUid: string, containerId: string, nowMs = performance.now()): boolean {
    return this.#sandboxes.has(podUid, containerId, nowMs);
  }

  /** Whether news of the pods come: while they do not, nothing follows from a container having no name. */
  follow(isFollowed: boolean): void {
    this.#sandboxes.isFollowed = isFollowed;
  }

  /** Takes over what a pod has become; undefined before it was there, or now that it is gone. */
  update(before: V1Pod | undefined, after: V1Pod | undefined, nowMs = performance.now()): void {
    const next = after && namesOf(after);
    for (const [uid, name] of next?.pods ?? []) this.#pods.set(uid, name);
    for (const [id, name] of next?.containers ?? []) this.#containers.set(id, name);
    for (const uid of next?.pods.keys() ?? []) this.#sandboxes.update(uid, next?.complete ?? false, nowMs);
    const previous = before && namesOf(before);
    for (const uid of previous?.pods.keys() ?? []) {
      if (next?.pods.has(uid)) continue;
      this.#pods.remove(uid, nowMs);
      this.#sandboxes.forget(uid, nowMs);
    }
    for (const id of previous?.containers.keys() ?? []) {
      if (!next?.containers.has(id)) this.#containers.remove(id, nowMs);
    }
  }
}
