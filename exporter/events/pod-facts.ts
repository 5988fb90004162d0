import type { V1Container, V1EphemeralContainer, V1Pod } from '@kubernetes/client-node';
import type { RuleEvent } from '../catalogue/events/fields.ts';

const MAX_ELEMENTS = 256;

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)].slice(0, MAX_ELEMENTS);
}

/** One spelling for a capability: runtimes take `sys_admin`, and some `CAP_SYS_ADMIN`, for the same. */
const capability = (written: string) => written.toUpperCase().replace(/^CAP_/, '');

/** What a condition on a pod sees: its specification, flattened over all its containers. */
export function podFacts({ metadata, spec }: V1Pod): RuleEvent<'pod'> {
  const containers: readonly (V1Container | V1EphemeralContainer)[] = [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  const contexts = containers.map(({ securityContext }) => securityContext);
  return {
    pod_namespace: metadata?.namespace ?? '',
    pod: metadata?.name ?? '',
    labels: new Map(Object.entries(metadata?.labels ?? {})),
    service_account: spec?.serviceAccountName ?? '',
    host_network: spec?.hostNetwork ?? false,
    host_pid: spec?.hostPID ?? false,
    host_ipc: spec?.hostIPC ?? false,
    host_paths: distinct((spec?.volumes ?? []).flatMap(({ hostPath }) => hostPath?.path ?? [])),
    host_ports: distinct(
      containers.flatMap(({ ports }) => (ports ?? []).flatMap(({ hostPort }) => hostPort ?? [])),
    ).map(BigInt),
    privileged: contexts.some((context) => context?.privileged ?? false),
    privilege_escalation: contexts.some((context) => context?.allowPrivilegeEscalation ?? false),
    capabilities: distinct(contexts.flatMap((context) => context?.capabilities?.add ?? []).map(capability)),
    run_as_root:
      spec?.securityContext?.runAsUser === 0 || contexts.some((context) => context?.runAsUser === 0),
    images: distinct(containers.flatMap(({ image }) => image ?? [])),
  };
}
