import { Hierarchies, placeOfMember } from '../cgroups/hierarchy.ts';
import { type Membership, parseMemberships } from '../cgroups/membership.ts';
import { namespaceRoot, pathInHierarchy } from '../cgroups/namespace.ts';
import { isNestedNode } from '../cgroups/node.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { ProcessGroup } from './group.ts';

/** The groups that processes are counted in, one for each cgroup that has a process. */
export class Groups {
  private readonly procfs: string;
  private readonly hierarchies: Hierarchies;
  /** By the text of `/proc/<pid>/cgroup`, which is the same for all processes of a cgroup. */
  private readonly byText = new Map<string, ProcessGroup>();
  /** Where the root of this process's cgroup namespace lies, by hierarchy. */
  private readonly roots = new Map<string, string>();
  /** Whether this node is a container itself; unknown at first. */
  private isNested: boolean | undefined;

  /** @param paths where the host's procfs and sysfs are mounted */
  constructor(paths: { readonly procfs: string; readonly sysfs: string }) {
    this.procfs = paths.procfs;
    this.hierarchies = new Hierarchies(paths.sysfs);
  }

  /** @throws {SourceError} */
  of(pid: number): ProcessGroup {
    const name = `proc/${pid}/cgroup`;
    const text = readSmall(`${this.procfs}/${pid}/cgroup`, name).toString('latin1');
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const memberships = parseMemberships(text, name).map((shown) => this.absolute(shown));
    this.isNested ??= isNestedNode(this.procfs);
    const place = placeOfMember(memberships, this.isNested);
    const group = new ProcessGroup(
      place,
      memberships.some(({ id }) => id !== 0),
    );
    this.byText.set(text, group);
    return group;
  }

  /** Those that have a process; the others are forgotten. */
  inUse(): ProcessGroup[] {
    for (const [text, group] of this.byText) if (group.size === 0) this.byText.delete(text);
    return [...this.byText.values()];
  }

  /** Where the host's hierarchies are not mounted, what is known of a path is kept: it still names most containers. */
  private absolute(shown: Membership): Membership {
    const { controllers, path } = shown;
    let root = this.roots.get(controllers);
    if (root === undefined) {
      const mountpoint = this.hierarchies.folder(controllers);
      const found =
        mountpoint === undefined ? undefined : namespaceRoot(this.procfs, { ...shown, mountpoint });
      root = found ?? '/';
      this.roots.set(controllers, root);
    }
    return { ...shown, path: pathInHierarchy(root, path) };
  }
}
