import type { DeclaredCommand } from './declared.ts';
import type { ContainerOwner, PodOwner } from './owners.ts';

/** Who knows the names: the watch of this node's pods, or nobody. */
export interface ContainerNames {
  container(containerId: string): ContainerOwner | undefined;
  pod(podUid: string): PodOwner | undefined;
  /** Whether a container of the pod that has no name is its sandbox ("pause"), and not one that has no name yet. */
  isSandbox(podUid: string, containerId: string): boolean;
  /** The image that a container was asked for with; undefined while it is not known. */
  image(containerId: string): string | undefined;
  /**
   * The commands that a container's specification has run in it: those of the whole pod while the container has no name, none for a container
   * of no pod or of a pod that nobody knows; undefined while no pods are known, or no news of them come.
   */
  declared(podUid: string | undefined, containerId: string): readonly DeclaredCommand[] | undefined;
}

/** Without Kubernetes: every container goes by its short id. */
export const NO_NAMES: ContainerNames = {
  container: () => undefined,
  pod: () => undefined,
  isSandbox: () => false,
  image: () => undefined,
  declared: () => [],
};
