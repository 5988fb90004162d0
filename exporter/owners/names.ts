import type { ContainerOwner, PodOwner } from './owners.ts';

/** Who knows the names: the watch of this node's pods, or nobody. */
export interface ContainerNames {
  container(containerId: string): ContainerOwner | undefined;
  pod(podUid: string): PodOwner | undefined;
  /** Whether a container of the pod that has no name is its sandbox ("pause"), and not one that has no name yet. */
  isSandbox(podUid: string, containerId: string): boolean;
}

/** Without Kubernetes: every container goes by its short id. */
export const NO_NAMES: ContainerNames = {
  container: () => undefined,
  pod: () => undefined,
  isSandbox: () => false,
};
