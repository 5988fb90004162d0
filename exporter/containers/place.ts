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

/** What a logged-in user may create: a name in there proves nothing. */
const USERS = 'user.slice';
/** The kernel's mark on a removed cgroup that still has a zombie. */
const REMOVED = ' (deleted)';

const runtimeOf = (maker: string): Runtime => MAKERS[maker] ?? 'unknown';

function container(segment: string): { id: string; runtime: Runtime } | undefined {
  const named = NAMED.exec(segment)?.groups;
  if (named !== undefined) return { id: named['id'] ?? '', runtime: runtimeOf(named['maker'] ?? '') };
  return BARE_ID.test(segment) ? { id: segment, runtime: 'unknown' } : undefined;
}

function inPod(segments: readonly string[]): Place | undefined {
  for (const [i, segment] of segments.entries()) {
    const upTo = (count: number) => `/${segments.slice(0, count).join('/')}`;
    const joined = POD_AND_CONTAINER.exec(segment)?.groups;
    if (joined !== undefined) {
      return {
        podUid: (joined['uid'] ?? '').replaceAll('_', '-'),
        containerId: joined['id'],
        runtime: runtimeOf(joined['maker'] ?? ''),
        path: upTo(i + 1),
      };
    }
    const podUid = POD.exec(segment)?.groups?.['uid']?.replaceAll('_', '-');
    if (podUid === undefined) continue;
    const child = container(segments[i + 1] ?? '');
    if (child === undefined) return { podUid, containerId: undefined, runtime: 'unknown', path: upTo(i + 1) };
    return { podUid, containerId: child.id, runtime: child.runtime, path: upTo(i + 2) };
  }
  return undefined;
}

function outsidePods(segments: readonly string[]): Place | undefined {
  for (const [i, segment] of segments.entries()) {
    const found = container(segment);
    if (found === undefined) continue;
    const underDocker = segments[i - 1] === 'docker';
    // A folder that happens to be hexadecimal is no container, unless it stands where Docker puts them.
    if (BARE_ID.test(segment) && !underDocker) continue;
    return {
      podUid: undefined,
      containerId: found.id,
      runtime: underDocker ? 'docker' : found.runtime,
      path: `/${segments.slice(0, i + 1).join('/')}`,
    };
  }
  return undefined;
}

/**
 * The container or pod that a cgroup path (as in `/proc/<pid>/cgroup`) belongs to.
 *
 *     /kubepods/burstable/pod<uid>/<id>
 *     /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope
 *     /system.slice/docker-<id>.scope
 *
 * What is nested in a container's cgroup belongs to the container. The outermost pod wins: the containers that a
 * pod runs by itself are the pod's, but a cluster whose nodes are Docker containers still shows its pods. Paths
 * below `/user.slice` are the host's, because any user with a session can create folders of any name there.
 *
 * @param path absolute; leading `/..` of a private cgroup namespace are skipped
 * @returns undefined for what belongs to the host
 */
export function placeOf(path: string): Place | undefined {
  const whole = path.endsWith(REMOVED) ? path.slice(0, -REMOVED.length) : path;
  const segments = whole.split('/').filter((segment) => segment !== '' && segment !== '..');
  if (segments[0] === USERS) return undefined;
  return inPod(segments) ?? outsidePods(segments);
}
