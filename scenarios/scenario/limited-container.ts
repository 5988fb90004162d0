/** Where a cgroup of a scenario's own can be made that has limits, and that an agent takes for one more container. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

export type Limited = 'cpu' | 'memory';

/** A folder that can be made in a hierarchy of cgroups. */
export interface Spot {
  readonly controller: Limited;
  readonly version: 1 | 2;
  readonly parent: string;
  readonly name: string;
}

interface Mount {
  readonly root: string;
  readonly mountpoint: string;
  readonly type: string;
  readonly options: readonly string[];
}

interface Membership {
  readonly version: 1 | 2;
  readonly path: string;
}

/** What ids of ours begin with, so that what a killed run left can be told from a runtime's: "kubevigil" in hexadecimal. */
export const OWN_PREFIX = Buffer.from('kubevigil').toString('hex');
const ID_BYTES = 32;
const CONTAINER = /[0-9a-f]{64}(?=(?:\.scope)?$)/;
/** The machine takes any lack of memory for its end, a cgroup's own too; see admin-guide/sysctl/vm. */
const PANIC_ALWAYS = '2';

const newId = () => OWN_PREFIX + randomBytes(ID_BYTES).toString('hex').slice(OWN_PREFIX.length);

function mountsOf(mountinfo: string): Mount[] {
  return mountinfo
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [, , , root = '', mountpoint = ''] = before.split(' ');
      const [type = '', , options = ''] = after.split(' ');
      return { root, mountpoint, type, options: options.split(',') };
    });
}

/** `9:memory:/path` of version 1, `0::/path` of version 2; in hybrid mode the latter has no controller that the former has. */
function membershipOf(controller: Limited, cgroup: string): Membership | undefined {
  const lines = cgroup.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line));
  const own = lines.find((line) => line?.[1]?.split(',').includes(controller));
  if (own?.[2] !== undefined) return { version: 1, path: own[2] };
  const unified = lines.find((line) => line?.[1] === '');
  return unified?.[2] === undefined ? undefined : { version: 2, path: unified[2] };
}

function relativeTo(root: string, path: string): string | undefined {
  if (root === '/') return path === '/' ? '' : path;
  return path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

/**
 * Beside the container that this runs in, in the same pod; on a machine that is no container, at the root.
 *
 * @param cgroup of /proc/self/cgroup
 * @param mountinfo of /proc/self/mountinfo
 * @returns a reason instead where there is no such place
 * @internal exported for its own tests
 */
export function spotFor(controller: Limited, cgroup: string, mountinfo: string, id = newId()): Spot | string {
  const membership = membershipOf(controller, cgroup);
  if (membership === undefined) return `this kernel has no cgroups for ${controller}`;
  const { version, path } = membership;
  const isWanted = ({ type, options }: Mount) =>
    version === 2 ? type === 'cgroup2' : type === 'cgroup' && options.includes(controller);
  const seen = mountsOf(mountinfo)
    .filter(isWanted)
    .map(({ root, mountpoint }) => ({ mountpoint, relative: relativeTo(root, path) }))
    .find(({ relative }) => relative !== undefined);
  if (seen?.relative === undefined || path.includes('/..'))
    return `its cgroup for ${controller} is not mounted here`;
  const { mountpoint, relative } = seen;
  const segment = relative.slice(relative.lastIndexOf('/') + 1);
  if (!CONTAINER.test(segment))
    return { controller, version, parent: mountpoint, name: `docker-${id}.scope` };
  return {
    controller,
    version,
    parent: join(mountpoint, dirname(relative)),
    name: segment.replace(CONTAINER, id),
  };
}

/** The root of all cgroups has what no other has (version 1), or lacks what every other has (version 2). */
function isTrueRoot({ version, parent }: Spot): boolean {
  return version === 1
    ? existsSync(join(parent, 'release_agent'))
    : !existsSync(join(parent, 'cgroup.events'));
}

function obstacleAt(spot: Spot): string | undefined {
  const { controller, version, parent, name } = spot;
  // A container that sees no more than its own cgroup would take it for the root.
  if (name.startsWith('docker-') && !isTrueRoot(spot)) return `sees no cgroups for ${controller} but its own`;
  try {
    accessSync(parent, constants.W_OK);
    if (version === 1) return undefined;
    const given = readFileSync(join(parent, 'cgroup.subtree_control'), 'utf8').trim().split(' ');
    return given.includes(controller) ? undefined : `cgroups in ${parent} have no limits for ${controller}`;
  } catch (error) {
    return `cannot make cgroups in ${parent}: ${(error as NodeJS.ErrnoException).code}`;
  }
}

/** Where a container with these limits can be made, a folder for each; or why not. */
export function placesFor(controllers: readonly Limited[]): readonly Spot[] | string {
  if (
    controllers.includes('memory') &&
    readFileSync('/proc/sys/vm/panic_on_oom', 'utf8').trim() === PANIC_ALWAYS
  )
    return 'a process without memory would end this machine: vm.panic_on_oom is 2';
  const [cgroup, mountinfo] = ['cgroup', 'mountinfo'].map((file) =>
    readFileSync(`/proc/self/${file}`, 'utf8'),
  );
  const id = newId();
  const found = controllers.map((controller) => spotFor(controller, cgroup ?? '', mountinfo ?? '', id));
  for (const spot of found) {
    const why = typeof spot === 'string' ? spot : obstacleAt(spot);
    if (why !== undefined) return why;
  }
  return found as Spot[];
}
