import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { podTemplate, type Rendered } from './overlays.ts';

interface Place {
  readonly object: Rendered;
  readonly pod: V1PodSpec;
  readonly container: V1Container;
  /** It is not done at some time, so that probes make sense. */
  readonly stays: boolean;
}

/** Each container of each pod that an overlay makes. */
export function containersOf(objects: readonly Rendered[]): Place[] {
  return objects.flatMap((object) => {
    const pod = podTemplate(object)?.spec;
    if (pod === undefined) return [];
    const isService = !['CronJob', 'Job'].includes(object.kind);
    return [
      ...(pod.initContainers ?? []).map((container) => ({ object, pod, container, stays: false })),
      ...pod.containers.map((container) => ({ object, pod, container, stays: isService })),
    ];
  });
}

/** The only one that may be root and look at the node, and what prepares folders for others. */
const ROOT_ALLOWED = new Set(['exporter', 'seccomp-profile', 'canary-folder']);

/** What holds for the container, from its own context and its pod's. */
function identity({ pod, container }: Place) {
  return { ...pod.securityContext, ...container.securityContext };
}

type Rule = (place: Place) => boolean;

/** What no container may be, and whether it is. */
export const RULES: Readonly<Record<string, Rule>> = {
  'is privileged': ({ container }) => container.securityContext?.privileged === true,
  'may gain privileges': ({ container }) => container.securityContext?.allowPrivilegeEscalation !== false,
  'has a writable root filesystem': ({ container }) =>
    container.securityContext?.readOnlyRootFilesystem !== true,
  'keeps capabilities': ({ container }) =>
    !(container.securityContext?.capabilities?.drop ?? []).includes('ALL'),
  'adds capabilities': ({ container }) =>
    (container.securityContext?.capabilities?.add ?? []).length > 0 && container.name !== 'exporter',
  'has no user': (place) => {
    const { runAsUser, runAsGroup } = identity(place);
    return runAsUser === undefined || runAsGroup === undefined;
  },
  'is root': (place) => identity(place).runAsUser === 0 && !ROOT_ALLOWED.has(place.container.name),
  'may be root': (place) => identity(place).runAsNonRoot !== true && identity(place).runAsUser !== 0,
  'has no seccomp profile': (place) =>
    !['RuntimeDefault', 'Localhost'].includes(identity(place).seccompProfile?.type ?? ''),
  'is in the host’s network': ({ pod }) => pod.hostNetwork === true || pod.hostIPC === true,
  'sees the host’s processes': ({ pod, object }) =>
    pod.hostPID === true && object.metadata.name !== 'kubevigil-exporter',
  'says not whether it gets a token': ({ pod }) => pod.automountServiceAccountToken === undefined,
  'gets the addresses of all services': ({ pod }) => pod.enableServiceLinks !== false,
  'is not bound to linux': ({ pod }) => pod.nodeSelector?.['kubernetes.io/os'] !== 'linux',
  'asks for no CPU': ({ container }) => container.resources?.requests?.['cpu'] === undefined,
  'asks for no memory': ({ container }) => container.resources?.requests?.['memory'] === undefined,
  'has no memory limit': ({ container }) => container.resources?.limits?.['memory'] === undefined,
  'has an image without a version': ({ container: { image = '' } }) =>
    !/:[^:/]*\d[^:/]*$|@sha256:/.test(image),
  'has no liveness probe': ({ stays, container }) => stays && container.livenessProbe === undefined,
  'has no readiness probe': ({ stays, container }) => stays && container.readinessProbe === undefined,
  'has no startup probe': ({ stays, container }) => stays && container.startupProbe === undefined,
};

/** Which rules a container breaks, as lines that name the place. */
export function objections(place: Place, rules = RULES): string[] {
  const name = `${place.object.kind} ${place.object.metadata.name}, ${place.container.name}`;
  return Object.entries(rules).flatMap(([what, isBroken]) => (isBroken(place) ? [`${name} ${what}`] : []));
}

const RESTRICTED_VOLUMES = new Set([
  ...[
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'persistentVolumeClaim',
    'projected',
    'secret',
  ],
]);

/**
 * What Pod Security's profile `restricted` would refuse of a container's pod.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const RESTRICTED: Readonly<Record<string, Rule>> = {
  'shares a namespace of the host': ({ pod }) =>
    pod.hostPID === true || pod.hostIPC === true || pod.hostNetwork === true,
  'has a volume of the host': ({ pod }) =>
    (pod.volumes ?? []).some(({ name: _, ...source }) =>
      Object.keys(source).some((kind) => !RESTRICTED_VOLUMES.has(kind)),
    ),
  'takes a port of the host': ({ container }) =>
    (container.ports ?? []).some(({ hostPort }) => hostPort !== undefined),
  'may be or become root': (place) => {
    const { runAsNonRoot, runAsUser } = identity(place);
    return runAsNonRoot !== true || runAsUser === 0;
  },
  'has capabilities': ({ container }) => (container.securityContext?.capabilities?.add ?? []).length > 0,
  'is not confined by AppArmor': (place) => identity(place).appArmorProfile?.type === 'Unconfined',
  'has a type of SELinux that is not for containers': (place) => {
    const type = identity(place).seLinuxOptions?.type;
    return type !== undefined && !/^container_(init_|kvm_|engine_)?t$/.test(type);
  },
};
