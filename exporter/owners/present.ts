import { oncePerPass } from '../processes/once-per-pass.ts';
import type { ProcessSnapshot } from '../processes/table.ts';
import { containerKey, containerLabels, podKey, podLabels } from './attribution.ts';
import type { NodeView } from './node-view.ts';
import type { ContainerOwner, PodOwner } from './owners.ts';

interface Present {
  readonly containers: readonly ContainerOwner[];
  readonly pods: readonly PodOwner[];
}

function find(view: NodeView, { groups }: ProcessSnapshot): Present {
  const containers = new Map<string, ContainerOwner>();
  const pods = new Map<string, PodOwner>();
  for (const { place } of groups) {
    if (place === undefined) continue;
    const container = containerLabels(place, view.names);
    containers.set(containerKey(container), container);
    const pod = podLabels(place, view.names);
    pods.set(podKey(pod), pod);
  }
  return { containers: [...containers.values()], pods: [...pods.values()] };
}

/** Who has processes now, each once; the host is not among them. */
const present = oncePerPass(find);

/** The labels of the containers that have processes now. */
export function presentContainers(view: NodeView): readonly ContainerOwner[] {
  return present(view).containers;
}

/** The labels of the pods that have processes now. */
export function presentPods(view: NodeView): readonly PodOwner[] {
  return present(view).pods;
}
