import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, SourceError } from '../base/errors.ts';
import { findFolder } from './folders.ts';
import { type Membership, parseMemberships } from './membership.ts';
import { isOfContainers, type Place, placeOf } from './place.ts';

/** The controllers of the version 2 hierarchy, as `/proc/<pid>/cgroup` names them; those of version 1 go by their names. */
export const UNIFIED = '';

/** One of the host's cgroup hierarchies. */
export interface Hierarchy {
  /** As in /proc/cgroups and in the trace; 0 is version 2. */
  readonly id: number;
  /** As in /proc/PID/cgroup: `memory`, `cpu,cpuacct`, `name=systemd`; empty for version 2. */
  readonly controllers: string;
  /** Where its root directory is seen. */
  readonly mountpoint: string;
}

/** By what runtimes limit containers, the surest first: where version 1 has one of these, they work with version 1. */
const LIMITING = ['memory', 'cpu', 'cpuacct', 'pids'];
const SYSTEMD = 'name=systemd';

/** The lower, the more a hierarchy is to be trusted to tell containers apart. */
function rankOf(controllers: string): number {
  if (controllers === UNIFIED) return LIMITING.length;
  const ranks = controllers
    .split(',')
    .map((name) => LIMITING.indexOf(name))
    .filter((rank) => rank >= 0);
  if (ranks.length > 0) return Math.min(...ranks);
  return LIMITING.length + (controllers === SYSTEMD ? 1 : 2);
}

/**
 * Hierarchies in the order in which they are asked who a process belongs to: those of version 1 by which runtimes limit containers, then
 * version 2, then any other. So version 2 comes first unless it is the bystander of a hybrid host, where some runtimes leave it out.
 */
function inOrderOfTrust<H extends { readonly controllers: string }>(hierarchies: readonly H[]): H[] {
  return [...hierarchies].sort((a, b) => rankOf(a.controllers) - rankOf(b.controllers));
}

/**
 * The container or pod of a process: what the most trusted hierarchy says that names a container, else the first pod.
 *
 * @param memberships of the process, with absolute paths
 * @param isNested whether this node is a container itself
 */
export function placeOfMember(memberships: readonly Membership[], isNested = false): Place | undefined {
  let pod: Place | undefined;
  for (const { path } of inOrderOfTrust(memberships)) {
    const place = placeOf(path, isNested);
    if (place?.containerId !== undefined) return place;
    pod ??= place;
  }
  return pod;
}

/**
 * The most trusted hierarchy that has containers now; without any, the most trusted.
 *
 * @internal exported for its own tests
 */
export function chooseHierarchy<H extends { readonly controllers: string }>(
  candidates: readonly H[],
  hasContainers: (hierarchy: H) => boolean,
): H | undefined {
  const ordered = inOrderOfTrust(candidates);
  return ordered.find(hasContainers) ?? ordered[0];
}

/** Where the cgroup hierarchies are mounted, as every distribution mounts them. */
export class Hierarchies {
  readonly #root: string;
  readonly #folders = new Map<string, string>();

  /** @param sysfs the folder that the host's sysfs is mounted at */
  constructor(sysfs: string) {
    this.#root = join(sysfs, 'fs/cgroup');
  }

  /**
   * The folder that a hierarchy is mounted at; undefined where it is not, and then it is looked for again.
   *
   * @param controllers as `/proc/<pid>/cgroup` names them together, `cpu,cpuacct`, or one of them; {@link UNIFIED} for version 2
   */
  folder(controllers: string): string | undefined {
    const known = this.#folders.get(controllers);
    if (known !== undefined) return known;
    const isUnified = controllers === UNIFIED;
    const names = isUnified
      ? ['.', 'unified']
      : [controllers, ...controllers.split(',')].map((name) => name.replace(/^name=/, ''));
    const mark = isUnified ? 'cgroup.controllers' : 'cgroup.procs';
    const found = names.map((name) => join(this.#root, name)).find((path) => existsSync(join(path, mark)));
    if (found !== undefined) this.#folders.set(controllers, found);
    return found;
  }
}

/** With kind the kubelet's folder is some levels down. */
const CONTAINERS_DEPTH = 4;

const hasContainers = ({ mountpoint }: Hierarchy) =>
  attempt(mountpoint, () => findFolder(mountpoint, CONTAINERS_DEPTH, ({ path }) => isOfContainers(path))) !==
  undefined;

/**
 * Finds the one hierarchy by which events are told apart, {@link chooseHierarchy} of those that are mounted: the kernel reports moves between
 * cgroups for each hierarchy, and a process that {@link placeOfMember} names a container for has it there.
 *
 * @param sysfs the folder that the host's sysfs is mounted at
 * @throws {SourceError} `absent` when no hierarchy is mounted there
 */
export function findContainerHierarchy(procfs: string, sysfs: string): Hierarchy {
  const hierarchies = new Hierarchies(sysfs);
  const path = join(procfs, 'self/cgroup');
  const memberships = attempt(path, () => parseMemberships(readFileSync(path, 'latin1'), path));
  const mounted = memberships.flatMap(({ id, controllers }) => {
    const mountpoint = hierarchies.folder(controllers);
    return mountpoint === undefined ? [] : [{ id, controllers, mountpoint }];
  });
  const chosen = chooseHierarchy(mounted, hasContainers);
  if (chosen !== undefined) return chosen;
  const root = join(sysfs, 'fs/cgroup');
  throw new SourceError('absent', root, `${root}: no cgroup hierarchy is mounted there`);
}
