import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, SourceError } from '../base/errors.ts';
import { findFolder } from './find-folder.ts';
import { parseMemberships } from './membership.ts';

/** One of the host's cgroup hierarchies. */
export interface Hierarchy {
  /** As in /proc/cgroups and in the trace; 0 is version 2. */
  readonly id: number;
  /** As in /proc/PID/cgroup: `memory`, `cpu,cpuacct`, `name=systemd`; empty for version 2. */
  readonly controllers: string;
  /** Where its root directory is seen. */
  readonly mountpoint: string;
}

/** A hierarchy, and whether Kubernetes keeps its pods there. */
interface HierarchyCandidate extends Hierarchy {
  readonly kubepods: boolean;
}

const PREFERRED = ['memory', 'cpu', 'pids', 'name=systemd'];
const KUBEPODS_DEPTH = 4;

function preference({ controllers }: Hierarchy): number {
  const ranks = controllers.split(',').map((name) => PREFERRED.indexOf(name));
  return Math.min(...ranks.map((rank) => (rank < 0 ? PREFERRED.length : rank)));
}

/**
 * The hierarchy that tells containers apart.
 *
 * Where Kubernetes keeps its pods, version 2 before version 1's memory, cpu, pids, systemd and any other. Without pods: version 2 if it is
 * the only one; on a hybrid host container engines use those of version 1.
 */
export function chooseHierarchy<H extends HierarchyCandidate>(candidates: readonly H[]): H | undefined {
  const unified = candidates.find(({ id }) => id === 0);
  if (unified?.kubepods === true) return unified;
  const legacy = candidates.filter(({ id }) => id !== 0).sort((a, b) => preference(a) - preference(b));
  return legacy.find(({ kubepods }) => kubepods) ?? legacy[0] ?? unified;
}

function mountpointOf(root: string, id: number, controllers: string): string | undefined {
  if (id === 0)
    return [root, join(root, 'unified')].find((path) => existsSync(join(path, 'cgroup.controllers')));
  const names = [controllers, ...controllers.split(',')].map((name) => name.replace(/^name=/, ''));
  return names.map((name) => join(root, name)).find((path) => existsSync(join(path, 'cgroup.procs')));
}

/** Whether a folder of Kubernetes' pods is near the root; with kind it is some levels down. */
function holdsPods(mountpoint: string): boolean {
  return findFolder(mountpoint, KUBEPODS_DEPTH, ({ path }) => path.includes('kubepods')) !== undefined;
}

/**
 * Finds the container hierarchy below `root`, usually `/sys/fs/cgroup`.
 *
 * @throws {SourceError} `absent` when no hierarchy is mounted there
 */
export function findContainerHierarchy(procfs: string, root: string): Hierarchy {
  const path = join(procfs, 'self/cgroup');
  const memberships = attempt(path, () => parseMemberships(readFileSync(path, 'latin1'), path));
  const candidates = memberships.flatMap(({ id, controllers }) => {
    const mountpoint = mountpointOf(root, id, controllers);
    if (mountpoint === undefined) return [];
    return [{ id, controllers, mountpoint, kubepods: attempt(mountpoint, holdsPods) }];
  });
  const chosen = chooseHierarchy(candidates);
  if (chosen !== undefined)
    return { id: chosen.id, controllers: chosen.controllers, mountpoint: chosen.mountpoint };
  throw new SourceError('absent', root, `${root}: no cgroup hierarchy is mounted there`);
}
