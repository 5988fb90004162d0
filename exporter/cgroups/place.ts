/** Which program made the container, as far as the name of its cgroup tells. */
type Runtime = 'containerd' | 'cri-o' | 'docker' | 'podman' | 'unknown';

/** Where a cgroup lies: in a container, or in a pod outside of its containers (conmon, a virtual machine's shim). */
export interface Place {
  /** As the API server writes it, with dashes; static pods have 32 hexadecimal digits instead. */
  readonly podUid: string | undefined;
  readonly containerId: string | undefined;
  readonly runtime: Runtime;
  /** The container's own cgroup (or the pod's, where there is no container), without what is nested in it. */
  readonly path: string;
}

const UUID =
  '[0-9a-f]{8}(?<dash>[-_])[0-9a-f]{4}\\k<dash>[0-9a-f]{4}\\k<dash>[0-9a-f]{4}\\k<dash>[0-9a-f]{12}';
const STATIC_POD = '[0-9a-f]{32}';

/** cgroupfs: `pod<uid>`; systemd: `kubepods-burstable-pod<uid with underscores>.slice`. */
const POD = new RegExp(`^(?:pod|(?:[\\w.]+-)*pod)(?<uid>${UUID}|${STATIC_POD})(?:\\.slice)?$`);
/** What runc makes of a systemd path when it drives cgroupfs: `kubepods-pod<uid>.slice:cri-containerd:<id>`. */
const POD_AND_CONTAINER = new RegExp(
  `^(?:[\\w.]+-)*pod(?<uid>${UUID}|${STATIC_POD})\\.slice:(?<maker>[a-z-]+):(?<id>[0-9a-f]{12,64})$`,
);
/** systemd: `cri-containerd-<id>.scope`; CRI-O and Podman on cgroupfs leave `.scope` out. */
const NAMED = /^(?<maker>cri-containerd|nerdctl|crio|docker|libpod)-(?<id>[0-9a-f]{12,64})(?:\.scope)?$/;
const BARE_ID = /^[0-9a-f]{12,64}$/;

const MAKERS: Readonly<Record<string, Runtime>> = {
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  docker: 'docker',
  libpod: 'podman',
};

/** Where the kubelet keeps its pods: `kubepods`, `kubepods.slice`, `kubelet-kubepods.slice`. */
const KUBELETS = /^(?:[\w.]+-)*kubepods(?:\.slice)?$/;

/**
 * Services of systemd's that run containers, below which runtimes create cgroups when they are told to use cgroupfs. The
 * others' children are theirs to name: a service may have been given its cgroup (`Delegate=`).
 */
const RUNTIME_SERVICE =
  /^(?:[^@]*[._-])?(?:balena(?:-engine)?d?|buildkitd?|containerd|crio|cri-(?:o|docker|dockerd)|dockerd?|edgecore|isulad|k0s(?:controller|worker)?|k3s|kubelet|kubelite|microk8s|moby-engine|nerdctl|podman|rke2)(?:[._@-].*)?\.service$/;
/** Others that have a cgroup of their own: scopes (virtual machines, sessions), and containers of LXC. */
const HANDED_OVER = /\.scope$|^lxc\.payload/;
/** What a logged-in user may create: a name in there proves nothing. */
const USERS = 'user.slice';
const LXC = 'lxc';
/** The kernel's mark on a removed cgroup that still has a zombie. */
const REMOVED = ' (deleted)';

const runtimeOf = (maker: string): Runtime => MAKERS[maker] ?? 'unknown';

function container(segment: string): { id: string; runtime: Runtime } | undefined {
  const named = NAMED.exec(segment)?.groups;
  if (named !== undefined) return { id: named['id'] ?? '', runtime: runtimeOf(named['maker'] ?? '') };
  return BARE_ID.test(segment) ? { id: segment, runtime: 'unknown' } : undefined;
}

/** Whether everything below a folder is somebody else's to name, so that a name in there proves nothing. */
function isHandedOver(segments: readonly string[], i: number): boolean {
  const segment = segments[i] ?? '';
  if (segment.endsWith('.service')) return !RUNTIME_SERVICE.test(segment);
  return HANDED_OVER.test(segment) || (i === 0 ? segment === USERS : segments[i - 1] === LXC);
}

const upTo = (segments: readonly string[], count: number) => `/${segments.slice(0, count).join('/')}`;

/** The pod that the folder `i` is, and the container in it. */
function podAt(segments: readonly string[], i: number): Place | undefined {
  const segment = segments[i] ?? '';
  const joined = POD_AND_CONTAINER.exec(segment)?.groups;
  if (joined !== undefined) {
    return {
      podUid: (joined['uid'] ?? '').replaceAll('_', '-'),
      containerId: joined['id'],
      runtime: runtimeOf(joined['maker'] ?? ''),
      path: upTo(segments, i + 1),
    };
  }
  const podUid = POD.exec(segment)?.groups?.['uid']?.replaceAll('_', '-');
  if (podUid === undefined) return undefined;
  const child = container(segments[i + 1] ?? '');
  return {
    podUid,
    containerId: child?.id,
    runtime: child?.runtime ?? 'unknown',
    path: upTo(segments, child === undefined ? i + 1 : i + 2),
  };
}

/** The container without a pod that the folder `i` is. */
function containerAt(segments: readonly string[], i: number): Place | undefined {
  const segment = segments[i] ?? '';
  const found = container(segment);
  const underDocker = segments[i - 1] === 'docker';
  // A folder that happens to be hexadecimal is no container, unless it stands where Docker puts them.
  if (found === undefined || (BARE_ID.test(segment) && !underDocker)) return undefined;
  return {
    podUid: undefined,
    containerId: found.id,
    runtime: underDocker ? 'docker' : found.runtime,
    path: upTo(segments, i + 1),
  };
}

function find(segments: readonly string[], isNested: boolean): Place | undefined {
  let isKubelets = false;
  let outermost: Place | undefined;
  for (let i = 0; i < segments.length; i++) {
    // Nobody but the host creates folders at the root.
    const pod = isKubelets || i === 0 || (segments[i] ?? '').includes(':') ? podAt(segments, i) : undefined;
    if (pod !== undefined) return pod;
    const own = containerAt(segments, i);
    if (own !== undefined && !isNested) return own;
    outermost ??= own;
    if (own === undefined && isHandedOver(segments, i)) break;
    isKubelets ||= KUBELETS.test(segments[i] ?? '');
  }
  return outermost;
}

function segmentsOf(path: string): string[] {
  const whole = path.endsWith(REMOVED) ? path.slice(0, -REMOVED.length) : path;
  return whole.split('/').filter((segment) => segment !== '' && segment !== '..');
}

/**
 * The container or pod that a cgroup path (as in `/proc/<pid>/cgroup`) belongs to.
 *
 *     /kubepods/burstable/pod<uid>/<id>
 *     /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope
 *     /system.slice/containerd.service/kubepods-burstable-pod<uid>.slice:cri-containerd:<id>
 *     /system.slice/docker-<id>.scope
 *
 * What is nested in a container's cgroup belongs to the container: the outermost wins, and pods are pods below the
 * kubelet's own folder only, because who may write to his cgroup can name children like a kubelet's. For the same reason
 * paths below `/user.slice`, LXC's containers, and services that run no containers are the host's.
 *
 * @param path absolute; leading `/..` of a private cgroup namespace are skipped
 * @param isNested whether this node is a container itself, as with kind: then pods within the outermost one are its own
 * @returns undefined for what belongs to the host
 */
export function placeOf(path: string, isNested = false): Place | undefined {
  return find(segmentsOf(path), isNested);
}

/** Whether a folder tells that a hierarchy has containers: it is the kubelet's own, or lies in a pod or container. */
export function isOfContainers(path: string): boolean {
  const segments = segmentsOf(path);
  if (find(segments, false) !== undefined) return true;
  return KUBELETS.test(segments.at(-1) ?? '') && segments.every((_, i) => !isHandedOver(segments, i));
}

/** Whether there may be containers below a folder that is none. */
export function mayHoldContainers(path: string): boolean {
  const segments = segmentsOf(path);
  return segments.every((_, i) => !isHandedOver(segments, i));
}
