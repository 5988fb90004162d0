import { OTHER_POD, UNKNOWN_POD } from '../catalogue/model/reserved-pods.ts';

/** Whose share a count is: the labels that attribution adds, a pod's names or what stands for them; all empty on the host. */
export interface PodOwner {
  readonly namespace: string;
  readonly pod: string;
}

/** The same, of a container. */
export interface ContainerOwner extends PodOwner {
  readonly container: string;
}

/** The owner of what belongs to no container. */
export const HOST: ContainerOwner = { namespace: '', pod: '', container: '' };
/** The same where pods are counted. */
export const HOST_POD: PodOwner = { namespace: '', pod: '' };

/** The owners of what cannot be told, and of what is too much, where containers are counted. */
export const UNKNOWN_CONTAINER: ContainerOwner = { namespace: '', pod: UNKNOWN_POD, container: '' };
export const OTHER_CONTAINER: ContainerOwner = { namespace: '', pod: OTHER_POD, container: '' };

/** Where the process of an event was when it happened. */
export interface Whereabouts {
  /** Its control group. */
  readonly cgroup: string;
  readonly owner: PodOwner & { readonly container?: string };
  /**
   * Whether that is in a container; without it whether the owner has a name. In a pod's cgroup outside of its containers are the runtime's own
   * programs, such as CRI-O's conmon with the crun that it starts.
   */
  readonly inContainer?: boolean;
}

/** What a place gives an event of any kind: names are empty for the host, undefined while not known. */
interface PodFields {
  readonly in_container: boolean | undefined;
  readonly pod_namespace: string | undefined;
  readonly pod: string | undefined;
}

const NOWHERE: PodFields = { in_container: undefined, pod_namespace: undefined, pod: undefined };

export function podFields(where: Whereabouts | undefined): PodFields {
  if (where === undefined) return NOWHERE;
  const { namespace, pod, container = '' } = where.owner;
  const isOwned = pod !== '' || container !== '';
  const named = namespace !== '' || !isOwned;
  return {
    in_container: where.inContainer ?? isOwned,
    pod_namespace: named ? namespace : undefined,
    pod: named ? pod : undefined,
  };
}
