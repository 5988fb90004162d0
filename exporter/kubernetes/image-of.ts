import type { V1Pod } from '@kubernetes/client-node';
import type { ContainerOwner } from '../owners/owners.ts';

/** The image of a container, as its pod names it; undefined where the pod is not among these. */
export function imageOf(
  pods: readonly V1Pod[],
  { namespace, pod, container }: ContainerOwner,
): string | undefined {
  if (container === '') return undefined;
  const spec = pods.find(({ metadata }) => metadata?.name === pod && metadata.namespace === namespace)?.spec;
  const all = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  return all.find(({ name }) => name === container)?.image;
}
