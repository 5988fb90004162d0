import type { Host } from '../host.ts';
import { containerLabels, podLabels } from './attribution.ts';
import type { ContainerName } from './names.ts';
import type { Place } from './place.ts';

/** The labels of the containers that have processes now, each once; the host is not among them. */
function present<L extends object>(host: Host, labelsOf: (place: Place) => L): L[] {
  const found = new Map<string, L>();
  for (const { place } of host.processes().groups) {
    if (place === undefined) continue;
    const labels = labelsOf(place);
    found.set(JSON.stringify(labels), labels);
  }
  return [...found.values()];
}

/** The containers that have processes now. */
export function presentContainers(host: Host): ContainerName[] {
  return present(host, (place) => containerLabels(place, host.names));
}

/** The pods that have processes now. */
export function presentPods(host: Host): Omit<ContainerName, 'container'>[] {
  return present(host, (place) => podLabels(place, host.names));
}
