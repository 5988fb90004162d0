/** A container by the names that Kubernetes gave. */
export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** A pod by its names. */
export interface PodName {
  readonly namespace: string;
  readonly pod: string;
  /**
   * Whether the id of every container of the pod is known, those of init and ephemeral containers included: any
   * other container of the pod is then its sandbox ("pause").
   */
  readonly complete: boolean;
}

/** Who knows the names: the watch of this node's pods, or nobody. */
export interface ContainerNames {
  container(containerId: string): ContainerName | undefined;
  pod(podUid: string): PodName | undefined;
}

/** Without Kubernetes: every container goes by its short id. */
export const NO_NAMES: ContainerNames = { container: () => undefined, pod: () => undefined };
