import type { V1Container, V1ContainerStatus, V1EphemeralContainer, V1Pod } from '@kubernetes/client-node';
import { pruneCommands } from './declared-commands.ts';

/** Where the kubelet writes which static pod a mirror pod stands for. */
const ANNOTATIONS = ['kubernetes.io/config.hash', 'kubernetes.io/config.mirror'];

/** Values that are undefined are left out: an object that is kept for a day costs by its keys. */
function present<T extends object>(object: T): T {
  for (const key of Object.keys(object) as (keyof T)[]) if (object[key] === undefined) delete object[key];
  return object;
}

function pruneContainer<C extends V1Container | V1EphemeralContainer>(container: C) {
  const { name, image, ports, securityContext: context } = container;
  const hostPorts = ports?.filter(({ hostPort }) => hostPort !== undefined && hostPort > 0);
  return present({
    name,
    image,
    ...pruneCommands(container),
    ports: hostPorts?.map(({ containerPort, hostPort }) => present({ containerPort, hostPort })),
    securityContext:
      context &&
      present({
        privileged: context.privileged,
        allowPrivilegeEscalation: context.allowPrivilegeEscalation,
        runAsUser: context.runAsUser,
        capabilities: context.capabilities?.add && { add: context.capabilities.add },
      }),
  });
}

function pruneStatus({ name, containerID, restartCount, lastState }: V1ContainerStatus) {
  const last = lastState?.terminated;
  return present({
    name,
    containerID,
    restartCount,
    lastState: last && {
      terminated: present({
        reason: last.reason,
        exitCode: last.exitCode,
        containerID: last.containerID,
      }),
    },
  }) as V1ContainerStatus;
}

/**
 * What the exporter uses of a pod, a small part: names, ids, what rules can ask for, which commands are run in its containers, how these ended. Without
 * its environment, which is where secrets are.
 */
export function prunePod({ metadata, spec, status }: V1Pod): V1Pod {
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) =>
    ANNOTATIONS.includes(key),
  );
  return {
    metadata: present({
      uid: metadata?.uid,
      name: metadata?.name,
      namespace: metadata?.namespace,
      labels: metadata?.labels,
      annotations: annotations.length === 0 ? undefined : Object.fromEntries(annotations),
    }) as NonNullable<V1Pod['metadata']>,
    spec: present({
      serviceAccountName: spec?.serviceAccountName,
      hostNetwork: spec?.hostNetwork,
      hostPID: spec?.hostPID,
      hostIPC: spec?.hostIPC,
      volumes: spec?.volumes?.flatMap(({ name, hostPath }) =>
        hostPath === undefined ? [] : [{ name, hostPath: { path: hostPath.path } }],
      ),
      securityContext: spec?.securityContext && present({ runAsUser: spec.securityContext.runAsUser }),
      initContainers: spec?.initContainers?.map(pruneContainer),
      containers: (spec?.containers ?? []).map(pruneContainer),
      ephemeralContainers: spec?.ephemeralContainers?.map(pruneContainer),
    }) as NonNullable<V1Pod['spec']>,
    status: present({
      phase: status?.phase,
      initContainerStatuses: status?.initContainerStatuses?.map(pruneStatus),
      containerStatuses: status?.containerStatuses?.map(pruneStatus),
      ephemeralContainerStatuses: status?.ephemeralContainerStatuses?.map(pruneStatus),
    }) as NonNullable<V1Pod['status']>,
  };
}
