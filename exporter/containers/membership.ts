import { posix } from 'node:path';
import { malformed } from '../errors.ts';
import { type Place, placeOf } from './place.ts';

/** The cgroups of one process: the path of the v2 hierarchy, and those of the v1 controllers. */
export interface Membership {
  /** `undefined` where no v2 hierarchy is mounted. */
  readonly unified: string | undefined;
  /** By what the kernel lists together: `cpu,cpuacct`, `memory`, `name=systemd`. */
  readonly v1: ReadonlyMap<string, string>;
}

const LINE = /^(\d+):([^:]*):(\/.*)$/;

/**
 * Parses `/proc/<pid>/cgroup`.
 *
 *     4:memory:/kubepods/burstable/pod6f0f6f0a-…/0123…
 *     1:name=systemd:/kubepods/…
 *     0::/system.slice/containerd.service
 *
 * A path holds anything but a newline, which the kernel refuses in a cgroup's name.
 *
 * @see https://man7.org/linux/man-pages/man7/cgroups.7.html
 * @throws {SourceError} `malformed`
 */
export function parseMembership(text: string, path: string): Membership {
  let unified: string | undefined;
  const v1 = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, , controllers, cgroup] = LINE.exec(line) ?? [];
    if (controllers === undefined || cgroup === undefined) {
      throw malformed(path, 'lines "<id>:<controllers>:<path>"', line);
    }
    if (controllers === '') unified = cgroup;
    else v1.set(controllers, cgroup);
  }
  return { unified, v1 };
}

/**
 * Absolute paths in place of those that a private cgroup namespace shows (`/../x`).
 *
 * @param own the absolute path of the cgroup that is the root of the reader's namespace
 */
export function resolveFrom(own: string, path: string): string {
  return posix.join(own, path);
}

/** The v1 hierarchies in which container runtimes create cgroups, the surest first. */
const V1_ORDER = ['memory', 'cpu,cpuacct', 'cpu', 'cpuacct', 'pids', 'name=systemd'];

/**
 * The container or pod of a process.
 *
 * The container hierarchy is the v2 one where it names a container, else the first v1 hierarchy that does: in
 * hybrid mode the v2 hierarchy is systemd's alone, and older runtimes know nothing of it.
 */
export function placeOfMember({ unified, v1 }: Membership): Place | undefined {
  const others = [...v1.keys()].filter((controllers) => !V1_ORDER.includes(controllers));
  const paths = [unified, ...[...V1_ORDER, ...others].map((controllers) => v1.get(controllers))];
  let pod: Place | undefined;
  for (const path of paths) {
    const place = path === undefined ? undefined : placeOf(path);
    if (place?.containerId !== undefined) return place;
    pod ??= place;
  }
  return pod;
}
