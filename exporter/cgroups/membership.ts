import { posix } from 'node:path';
import { eachLine, Unread } from '../base/lines.ts';
import { type Place, placeOf } from './place.ts';

/** The cgroups of one process: the path of the v2 hierarchy, and those of the v1 controllers. */
export interface Membership {
  /** `undefined` where no v2 hierarchy is mounted. */
  readonly unified: string | undefined;
  /** By what the kernel lists together: `cpu,cpuacct`, `memory`, `name=systemd`. */
  readonly v1: ReadonlyMap<string, string>;
}

const LINE = /^(\d+):([^:]*):(\/.*)$/s;

/**
 * Parses `/proc/<pid>/cgroup`.
 *
 *     4:memory:/kubepods/burstable/pod6f0f6f0a-…/0123…
 *     1:name=systemd:/kubepods/…
 *     0::/system.slice/containerd.service
 *
 * A path holds anything but a newline, which the kernel refuses in a cgroup's name since 3.17: before, the rest of such a
 * name is a line of its own. No place is lost with it.
 *
 * @see https://man7.org/linux/man-pages/man7/cgroups.7.html
 * @throws {SourceError} `malformed` when no line has that form
 */
export function parseMembership(text: string, path: string): Membership {
  let unified: string | undefined;
  const v1 = new Map<string, string>();
  for (const { controllers, path: cgroup } of parseMemberships(text, path)) {
    if (controllers === '') unified = cgroup;
    else v1.set(controllers, cgroup);
  }
  return { unified, v1 };
}

/** A line of `/proc/<pid>/cgroup`. */
export interface MembershipLine {
  /** 0 for version 2. */
  readonly id: number;
  readonly controllers: string;
  readonly path: string;
}

/**
 * The lines of `/proc/<pid>/cgroup`, in their order.
 *
 * @throws {SourceError} `malformed` when no line has that form
 */
export function parseMemberships(text: string, path: string): MembershipLine[] {
  const lines: MembershipLine[] = [];
  eachLine(text, 0, 'lines "<id>:<controllers>:<path>"', new Unread(path), (line) => {
    const [, id = '', controllers = '', cgroup] = LINE.exec(line) ?? [];
    if (cgroup === undefined) return false;
    lines.push({ id: Number(id), controllers, path: cgroup });
    return true;
  });
  return lines;
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
 *
 * @param isNested whether this node is a container itself
 */
export function placeOfMember({ unified, v1 }: Membership, isNested = false): Place | undefined {
  const others = [...v1.keys()].filter((controllers) => !V1_ORDER.includes(controllers));
  const paths = [unified, ...[...V1_ORDER, ...others].map((controllers) => v1.get(controllers))];
  let pod: Place | undefined;
  for (const path of paths) {
    const place = path === undefined ? undefined : placeOf(path, isNested);
    if (place?.containerId !== undefined) return place;
    pod ??= place;
  }
  return pod;
}
