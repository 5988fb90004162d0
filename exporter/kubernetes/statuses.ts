import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** The states of all containers of a pod, init and ephemeral ones included. */
export function containerStatuses({ status }: V1Pod): V1ContainerStatus[] {
  return [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
}

/** The id as the node's cgroups have it: without `containerd://`. */
export function bareId(containerId: string | undefined): string | undefined {
  return containerId?.slice(containerId.indexOf('://') + '://'.length) || undefined;
}
