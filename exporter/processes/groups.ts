import { Hierarchies, UNIFIED } from '../cgroups/hierarchy.ts';
import { type Membership, parseMembership, placeOfMember } from '../cgroups/membership.ts';
import { isNestedNode } from '../cgroups/node.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { ProcessGroup } from './group.ts';

/** The groups that processes are counted in, one for each cgroup that has a process. */
export class Groups {
  private readonly procfs: string;
  private readonly hierarchies: Hierarchies;
  /** By the text of `/proc/<pid>/cgroup`, which is the same for all processes of a cgroup. */
  private readonly byText = new Map<string, ProcessGroup>();
  /** Whether this process sees the host's cgroups from a namespace of its own; unknown at first. */
  private isPrivate: boolean | undefined;
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
    const membership = this.absolute(parseMembership(text, name));
    this.isNested ??= isNestedNode(this.procfs);
    const group = new ProcessGroup(placeOfMember(membership, this.isNested), membership);
    this.byText.set(text, group);
    return group;
  }

  /** Those that have a process; the others are forgotten. */
  inUse(): ProcessGroup[] {
    for (const [text, group] of this.byText) if (group.size === 0) this.byText.delete(text);
    return [...this.byText.values()];
  }

  private absolute(membership: Membership): Membership {
    this.isPrivate ??= this.seesPrivateNamespace();
    if (!this.isPrivate) return membership;
    const { unified, v1 } = membership;
    const resolve = (controllers: string, path: string) => this.hierarchies.absolute(controllers, path);
    return {
      unified: unified === undefined ? undefined : resolve(UNIFIED, unified),
      v1: new Map([...v1].map(([controllers, path]) => [controllers, resolve(controllers, path)])),
    };
  }

  /** Process 1 lies at or near the root; only from a namespace further down does it look like `/../…`. */
  private seesPrivateNamespace(): boolean {
    const text = readSmall(`${this.procfs}/1/cgroup`, 'proc/1/cgroup').toString('latin1');
    return /:\/\.\.(\/|$)/m.test(text);
  }
}
