import type {
  V1LabelSelector,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1PodTemplateSpec,
} from '@kubernetes/client-node';
import { podTemplate, type Rendered } from './overlays.ts';

type Labels = Readonly<Record<string, string>>;

/** Who asks, or is asked: a pod is what its namespace and its labels are. */
export interface Peer {
  readonly namespace: string;
  readonly labels: Labels;
}

/** A pod of an overlay, with the ports that its containers name. */
interface Target extends Peer {
  readonly template: V1PodTemplateSpec;
}

export function targetsOf(objects: readonly Rendered[]): Target[] {
  return objects.flatMap((object) => {
    const template = podTemplate(object);
    const { namespace = 'default' } = object.metadata;
    return template === undefined ? [] : [{ namespace, labels: template.metadata?.labels ?? {}, template }];
  });
}

function selects(selector: V1LabelSelector, labels: Labels): boolean {
  const expressions = (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    if (operator === 'In') return value !== undefined && values.includes(value);
    if (operator === 'NotIn') return value === undefined || !values.includes(value);
    throw new Error(`no selector has the operator ${operator}`);
  });
  return (
    expressions && Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  );
}

/** Whether a peer of a policy in `namespace` is that pod. A block of addresses may be any pod's. */
function means(peer: V1NetworkPolicyPeer, namespace: string, pod: Peer): boolean {
  if (peer.ipBlock !== undefined) return true;
  // The API server gives every namespace this label, and lets nobody change it.
  const isThere =
    peer.namespaceSelector === undefined
      ? pod.namespace === namespace
      : selects(peer.namespaceSelector, { 'kubernetes.io/metadata.name': pod.namespace });
  return isThere && selects(peer.podSelector ?? {}, pod.labels);
}

function opens(wanted: V1NetworkPolicyPort, port: number, template: V1PodTemplateSpec): boolean {
  if ((wanted.protocol ?? 'TCP') !== 'TCP') return false;
  if (wanted.port === undefined) return true;
  if (typeof wanted.port === 'number') return port >= wanted.port && port <= (wanted.endPort ?? wanted.port);
  const ports = (template.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports.some(({ name, containerPort }) => name === wanted.port && containerPort === port);
}

/**
 * Whether a pod may connect to a TCP port of another: by any policy that selects that one, or because none does.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function mayConnect(objects: readonly Rendered[], from: Peer, to: Target, port: number): boolean {
  const policies = objects.filter(
    ({ kind, metadata, spec }) =>
      kind === 'NetworkPolicy' &&
      metadata.namespace === to.namespace &&
      spec.policyTypes.includes('Ingress') &&
      selects(spec.podSelector, to.labels),
  );
  if (policies.length === 0) return true;
  return policies.some(({ spec }) =>
    ((spec.ingress ?? []) as { from?: V1NetworkPolicyPeer[]; ports?: V1NetworkPolicyPort[] }[]).some(
      ({ from: peers, ports }) =>
        (peers === undefined || peers.some((peer) => means(peer, to.namespace, from))) &&
        (ports === undefined || ports.some((one) => opens(one, port, to.template))),
    ),
  );
}
