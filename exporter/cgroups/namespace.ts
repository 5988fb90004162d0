import { readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path/posix';
import { attempt } from '../base/errors.ts';
import { ifPresent } from '../base/sources.ts';
import { findFolder } from './folders.ts';
import type { Hierarchy } from './hierarchy.ts';
import { pathIn } from './membership.ts';

/** Names the initial cgroup namespace (PROC_CGROUP_INIT_INO of include/linux/proc_ns.h), where paths begin at the hierarchy's root. */
export const INITIAL_NAMESPACE = 'cgroup:[4026531835]';

const DEEPEST = 32;

/** Before Linux 4.6 there are no cgroup namespaces. */
function isInitial(procfs: string): boolean {
  const path = join(procfs, 'self/ns/cgroup');
  const link = ifPresent(() => attempt(path, (link) => readlinkSync(link)));
  return link === undefined || link === INITIAL_NAMESPACE;
}

/** The folder of a hierarchy that holds this process; undefined when it is not below the mount. */
function ownFolder({ mountpoint }: Hierarchy): string | undefined {
  const self = String(process.pid);
  return findFolder(mountpoint, DEEPEST, ({ location }) =>
    readFileSync(Buffer.concat([location, Buffer.from('/cgroup.procs')]), 'latin1')
      .split('\n')
      .includes(self),
  );
}

/**
 * Where the root of this process's cgroup namespace lies in a hierarchy, as far as it is mounted here.
 *
 * @returns an absolute path; undefined when the mount does not show it
 * @throws {SourceError} when the hierarchy, or this process's own cgroup, cannot be read
 */
export function namespaceRoot(procfs: string, hierarchy: Hierarchy): string | undefined {
  if (isInitial(procfs)) return '/';
  const path = join(procfs, 'self/cgroup');
  const own = attempt(path, () => pathIn(readFileSync(path, 'latin1'), hierarchy));
  const found = attempt(`sys/fs/cgroup (${hierarchy.controllers})`, () => ownFolder(hierarchy));
  if (own === undefined || found === undefined) return undefined;
  if (own === '/') return `${found}/`;
  return found.endsWith(own) ? `${found.slice(0, -own.length)}/` : undefined;
}

/**
 * The path in the hierarchy of `path`, which /proc states from the root of this process's cgroup namespace:
 * `/../pod2/b` in a namespace rooted at `/kubepods/pod1` is `/kubepods/pod2/b`.
 */
export function pathInHierarchy(root: string, path: string): string {
  return resolve(join('/', root, path));
}
