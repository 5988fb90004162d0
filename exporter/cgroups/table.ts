import { readFileSync, statSync } from 'node:fs';
import { findFolder, locate } from './folders.ts';
import type { Hierarchy } from './hierarchy.ts';
import { pathIn } from './membership.ts';
import { namespaceRoot, pathInHierarchy } from './namespace.ts';

/** A cgroup of the container hierarchy. */
export interface Cgroup {
  /** Inode number of its directory; a cgroup made anew under the same path has another. */
  readonly id: number;
  /** From the hierarchy's root, whatever namespace this process is in; one character per byte. */
  readonly path: string;
}

/** The kernel cuts the trace's paths to 1,024 bytes with their NUL. */
const LONGEST_TRACED_PATH = 1022;
const DEEPEST = 32;
const MOST_KEPT = 8192;

/** The cgroups of one hierarchy by their id, and those of living processes. */
export class CgroupTable {
  readonly hierarchy: Hierarchy;
  readonly #procfs: string;
  readonly #namespaceRoot: string | undefined;
  readonly #known = new Map<number, Cgroup>();

  /** @throws {SourceError} when this process's own cgroup cannot be read */
  constructor(procfs: string, hierarchy: Hierarchy) {
    this.hierarchy = hierarchy;
    this.#procfs = procfs;
    this.#namespaceRoot = namespaceRoot(procfs, hierarchy);
  }

  /** The cgroup with `id`, if it has been seen. */
  known(id: number): Cgroup | undefined {
    return this.#known.get(id);
  }

  /** The cgroup with `id` at `path` as the trace states it; a path that was cut is looked for in the hierarchy. */
  traced(id: number, path: string): Cgroup | undefined {
    const whole = path.length < LONGEST_TRACED_PATH ? path : this.#pathOf(id);
    return whole === undefined || whole === '' ? undefined : this.#keep(id, whole);
  }

  /** The cgroup that is at `path` in the hierarchy now; undefined when it is gone. */
  at(path: string): Cgroup | undefined {
    try {
      const { ino } = statSync(locate(this.hierarchy.mountpoint, path));
      const known = this.#known.get(ino);
      return known?.path === path ? known : this.#keep(ino, path);
    } catch {
      return undefined; // removed, or not within what is mounted here: the caller counts it as unknown
    }
  }

  /** The cgroup of a living process or thread; undefined when it is gone or its cgroup cannot be seen from here. */
  of(pid: number): Cgroup | undefined {
    if (this.#namespaceRoot === undefined) return undefined;
    let text: string;
    try {
      text = readFileSync(`${this.#procfs}/${pid}/cgroup`, 'latin1');
    } catch {
      return undefined; // gone: the caller counts it as unknown
    }
    const path = pathIn(text, this.hierarchy);
    return path === undefined ? undefined : this.at(pathInHierarchy(this.#namespaceRoot, path));
  }

  #pathOf(id: number): string | undefined {
    return findFolder(this.hierarchy.mountpoint, DEEPEST, ({ location }) => statSync(location).ino === id);
  }

  #keep(id: number, path: string): Cgroup {
    // Processes hold on to theirs; this table only spares work, so it may start anew.
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    const cgroup = { id, path };
    this.#known.set(id, cgroup);
    return cgroup;
  }
}
