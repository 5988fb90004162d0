/** The nodes of a dataset, with what is known of their machines and of their Kubernetes. */
import { entityText } from '../model/entity.ts';
import type { Manifest } from '../model/manifest.ts';
import { cut, plain } from './markdown.ts';

interface Place {
  readonly cluster: string | null;
  readonly node: string;
}

const nameOf = ({ cluster, node }: Place) => plain(entityText({ cluster, node }));
const keyOf = ({ cluster, node }: Place) => JSON.stringify([cluster, node]);

/** What agents told of the machines. */
function machineLines({ machines = [] }: Manifest): string[] {
  if (machines.length === 0)
    return ['What the machines are is not known: there was no `kubevigil_node_info` of them.'];
  const lines = machines.map(
    ({ kernel, os, os_version: version, arch, cpu_model: cpu, virtualization, ...place }) => {
      const system = [os, version].filter(Boolean).join(' ');
      const facts = [system, kernel && `Linux ${kernel}`, arch, cpu, virtualization].filter(Boolean);
      return `- ${nameOf(place)}: ${plain(facts.join(', '))}`;
    },
  );
  return ['Machines, as their agents described them:', '', ...cut(lines)];
}

/** What kube-state-metrics told of their Kubernetes. */
function kubernetesLines({ entities, kubernetes = [] }: Manifest): string[] {
  const known = new Set(kubernetes.map(keyOf));
  const nodes = new Set(entities.map(keyOf));
  const unknown = [...nodes].filter((key) => !known.has(key)).length;
  if (known.size === 0)
    return [
      'Which Kubernetes they ran, if any, is not known: the server had no `kube_node_info` of kube-state-metrics for them.',
    ];
  const lines = kubernetes.map(
    ({ version, runtime, ...place }) =>
      `- ${nameOf(place)}: ${plain([version, runtime].filter(Boolean).join(', '))}`,
  );
  return [
    `Kubernetes, as kube-state-metrics told it${unknown === 0 ? '' : `; of ${unknown} of ${nodes.size} nodes it is not known`}:`,
    '',
    ...cut(lines),
  ];
}

/** A list of the nodes, or pods, and of what they ran on. */
export function nodeList(manifest: Manifest): string {
  const names = manifest.entities.map((entity) => `- ${plain(entityText(entity))}`);
  return [...cut(names), '', ...machineLines(manifest), '', ...kubernetesLines(manifest)].join('\n');
}
