/**
 * A container of a pod spec, as an OCI bundle: the translation that the kubelet and containerd do, for the fields that
 * manifests/ uses. Read-only below /proc and hidden is what containerd makes so in every container.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md
 */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { V1Container, V1PodSpec, V1VolumeMount } from '@kubernetes/client-node';

const READONLY = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `/proc/${name}`);
const HIDDEN = ['acpi', 'asound', 'interrupts', 'kcore', 'keys', 'latency_stats', 'scsi', 'timer_list']
  .map((name) => `/proc/${name}`)
  .concat('/sys/firmware');
const PROPAGATION = { HostToContainer: 'rslave', Bidirectional: 'rshared', None: 'rprivate' } as const;

interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** What stands for the node and the image here. */
export interface Surroundings {
  /** Where volumes lie on this machine; a hostPath that is not named here is itself. */
  readonly volumes: Readonly<Record<string, string>>;
  /** What the image would have: folders or files by their path in it. */
  readonly image: Readonly<Record<string, string>>;
  /** A compiled-in profile, from the kubelet's folder, by its name there. */
  profile(name: string): object;
}

function bind(destination: string, source: string, ...options: string[]): Mount {
  return { destination, type: 'bind', source, options: ['rbind', ...options] };
}

function volumeMount(mount: V1VolumeMount, pod: V1PodSpec, volumes: Surroundings['volumes']): Mount {
  const volume = pod.volumes?.find(({ name }) => name === mount.name);
  const source = volumes[mount.name] ?? volume?.hostPath?.path;
  if (source === undefined) throw new Error(`where is volume ${mount.name}?`);
  const propagation = PROPAGATION[(mount.mountPropagation ?? 'None') as keyof typeof PROPAGATION];
  const access = mount.readOnly !== true ? 'rw' : mount.recursiveReadOnly === undefined ? 'ro' : 'rro';
  return bind(mount.mountPath, source, propagation, access);
}

/** As containerd sorts them: what lies deeper comes later. */
function byDepth(a: Mount, b: Mount): number {
  return a.destination.split('/').length - b.destination.split('/').length;
}

/** The folders that a program's image has from its distribution, from this machine. */
export function ownUserland(): Record<string, string> {
  const folders = ['/usr', '/bin', '/sbin', '/lib', '/lib64'].filter((path) => existsSync(path));
  return Object.fromEntries(
    folders.filter((path) => !lstatSync(path).isSymbolicLink()).map((path) => [path, path]),
  );
}

/** Links such as /bin → usr/bin, which the root of the bundle needs beside the mounts. */
export function userlandLinks(): [string, string][] {
  return ['/bin', '/sbin', '/lib', '/lib64'].flatMap((path): [string, string][] =>
    lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? [[path, readlinkSync(path)]] : [],
  );
}

/** The runtime's config.json. */
export function ociConfig(pod: V1PodSpec, container: V1Container, around: Surroundings): object {
  const context = { ...pod.securityContext, ...container.securityContext };
  const capabilities = (context.capabilities?.add ?? []).map((name) => `CAP_${name}`);
  const profile = context.seccompProfile;
  const namespaces = ['mount', 'ipc', 'uts', 'network', ...(pod.hostPID === true ? [] : ['pid'])];
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid: context.runAsUser ?? 0, gid: context.runAsGroup ?? 0 },
      args: [...(container.command ?? []), ...(container.args ?? [])],
      env: [
        'PATH=/image/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'NODE_NAME=node-1',
      ],
      cwd: '/app',
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: context.allowPrivilegeEscalation === false,
    },
    root: { path: 'rootfs', readonly: context.readOnlyRootFilesystem === true },
    hostname: 'kubevigil',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      ...Object.entries(around.image).map(([path, source]) => bind(path, source, 'rprivate', 'ro')),
      ...(container.volumeMounts ?? []).map((mount) => volumeMount(mount, pod, around.volumes)).sort(byDepth),
    ],
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      maskedPaths: HIDDEN,
      readonlyPaths: READONLY,
      ...(profile?.type === 'Localhost' && { seccomp: around.profile(profile.localhostProfile ?? '') }),
    },
  };
}
