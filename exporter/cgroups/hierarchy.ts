import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceError } from '../base/errors.ts';
import { resolveFrom } from './membership.ts';

/** The name under which {@link Hierarchies} finds the v2 hierarchy; the v1 ones go by their controllers. */
export const UNIFIED = '';

const V2_MARK = 'cgroup.controllers';

/** A machine with more cgroups than this is not searched to the end. */
const MOST_CGROUPS = 20_000;

function subfolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** The path, below `folder`, of the cgroup that holds the process; undefined when it is not to be found. */
function findProcess(folder: string, pid: number): string | undefined {
  const member = new RegExp(`^${pid}$`, 'm');
  const open = ['/'];
  for (let seen = 0; seen < MOST_CGROUPS; seen++) {
    const path = open.pop();
    if (path === undefined) return undefined;
    if (member.test(readFileSync(join(folder, path, 'cgroup.procs'), 'utf8'))) return path;
    open.push(...subfolders(join(folder, path)).map((name) => join(path, name)));
  }
  return undefined;
}

/** Where the cgroup hierarchies are mounted, and how the paths that the kernel shows lie in them. */
export class Hierarchies {
  private readonly root: string;
  private readonly folders = new Map<string, string | undefined>();
  private readonly own = new Map<string, string>();

  /** @param sysfs the folder that the host's sysfs is mounted at */
  constructor(sysfs: string) {
    this.root = join(sysfs, 'fs/cgroup');
  }

  /**
   * The folder that a hierarchy is mounted at, as every distribution mounts them; undefined where it is not.
   *
   * @param controllers as `/proc/<pid>/cgroup` names them together: `cpu,cpuacct`; {@link UNIFIED} for v2
   */
  folder(controllers: string): string | undefined {
    const known = this.folders.get(controllers);
    if (known !== undefined) return known;
    const names =
      controllers === UNIFIED
        ? ['.', 'unified']
        : [controllers.replace(/^name=/, ''), ...controllers.split(',')];
    const mark = controllers === UNIFIED ? V2_MARK : 'cgroup.procs';
    const found = names.map((name) => join(this.root, name)).find((path) => existsSync(join(path, mark)));
    if (found !== undefined) this.folders.set(controllers, found);
    return found;
  }

  /**
   * The absolute path of what a private cgroup namespace shows as `/../x`.
   *
   * The namespace's root is the cgroup that this process was in, which is looked up once by its pid. Where the
   * host's hierarchies are not mounted, what is known of the path is returned: it still names most containers.
   *
   * @throws {SourceError} when the hierarchy is there and cannot be searched
   */
  absolute(controllers: string, path: string): string {
    let own = this.own.get(controllers);
    if (own === undefined) {
      const folder = this.folder(controllers);
      try {
        own = (folder === undefined ? undefined : findProcess(folder, process.pid)) ?? '/';
      } catch (error) {
        throw sourceError(`sys/fs/cgroup (${controllers})`, error);
      }
      this.own.set(controllers, own);
    }
    return resolveFrom(own, path);
  }
}
