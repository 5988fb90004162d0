import type { Place } from '../cgroups/place.ts';
import type { ContainerNames } from './names.ts';
import { type ContainerOwner, HOST, HOST_POD, type PodOwner } from './owners.ts';

const SHORT_ID_CHARACTERS = 12;

const short = (id: string) => id.slice(0, SHORT_ID_CHARACTERS);

/**
 * The labels of a container's share; `undefined` stands for the host.
 *
 * - A container that the pod watch knows has its three names.
 * - A pod's sandbox, and what runs in the pod's cgroup outside of its containers, has namespace and pod with an
 *   empty container, as the kubelet writes the pod's own share.
 * - Whatever is not known by name (yet) has its short id as container: it is never the host's, nor the pod's own share.
 */
export function containerLabels(place: Place | undefined, names: ContainerNames): ContainerOwner {
  if (place === undefined) return HOST;
  const { containerId, podUid } = place;
  const known = containerId === undefined ? undefined : names.container(containerId);
  if (known !== undefined) return known;
  // Asked in any case: it learns by what is asked, and when.
  const own = podUid !== undefined && (containerId === undefined || names.isSandbox(podUid, containerId));
  const pod = podUid === undefined ? undefined : names.pod(podUid);
  if (pod === undefined) return { ...HOST, container: short(containerId ?? podUid ?? '') };
  return { namespace: pod.namespace, pod: pod.pod, container: own ? '' : short(containerId ?? '') };
}

/**
 * The labels of a pod's share; `undefined` stands for the host.
 *
 * A pod that is not known by name (yet) has its short uid as pod, and a container without a pod its short id.
 */
export function podLabels(place: Place | undefined, names: ContainerNames): PodOwner {
  if (place === undefined) return HOST_POD;
  const { containerId, podUid } = place;
  const pod =
    (podUid === undefined ? undefined : names.pod(podUid)) ??
    (containerId === undefined ? undefined : names.container(containerId));
  return pod === undefined
    ? { namespace: '', pod: short(podUid ?? containerId ?? '') }
    : { namespace: pod.namespace, pod: pod.pod };
}

/** Equal for equal labels, whatever characters they hold. */
export function containerKey({ namespace, pod, container }: ContainerOwner): string {
  return JSON.stringify([namespace, pod, container]);
}

/** Equal for equal labels, whatever characters they hold. */
export function podKey({ namespace, pod }: PodOwner): string {
  return JSON.stringify([namespace, pod]);
}
