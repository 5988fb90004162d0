import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../base/errors.ts';
import type { Cgroup, CgroupTable } from '../../cgroups/table.ts';
import { familyTree, type Inhabitant } from '../descent/family-tree.ts';
import { inhabitantOf } from '../descent/inhabitant.ts';
import { monotonicNs } from '../ring/trace-reader.ts';
import type { Attribution } from './attribution.ts';

/** The numbers of the processes in `/proc`. */
export function processIds(procfs: string): number[] {
  return attempt(procfs, (path) => readdirSync(path))
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The numbers of a process's threads; none when it is gone. */
function threadsOf(procfs: string, pid: number): number[] {
  try {
    return readdirSync(join(procfs, `${pid}/task`)).map(Number);
  } catch {
    return [];
  }
}

/** The process to which a thread belongs; undefined when it is gone. */
export function leaderOf(procfs: string, thread: number): number | undefined {
  try {
    const leader = /^Tgid:\t(\d+)$/m.exec(readFileSync(join(procfs, `${thread}/status`), 'latin1'))?.[1];
    return leader === undefined ? undefined : Number(leader);
  } catch {
    return undefined;
  }
}

/** A task as /proc shows it. */
interface Seen {
  readonly pid: number;
  readonly threads: readonly number[];
  readonly cgroup: Cgroup | undefined;
  readonly seenAt: number;
  /** Of a container. */
  readonly inhabitant: Inhabitant | undefined;
}

/** /proc is not read more often than that, however much is lost. */
const LEAST_BETWEEN_SEEDS_NS = 1e9;

/** Takes the tasks that are in /proc into an attribution: at first, and again after records were lost. */
export class Seeding {
  readonly #procfs: string;
  readonly #cgroups: CgroupTable;
  readonly #attribution: Attribution;
  #seededNs = Number.NEGATIVE_INFINITY;
  #isLost = false;

  constructor(procfs: string, cgroups: CgroupTable, attribution: Attribution) {
    this.#procfs = procfs;
    this.#cgroups = cgroups;
    this.#attribution = attribution;
  }

  /**
   * Takes in the tasks that exist now. The trace must be on already, so that nothing falls between; what it recorded of a
   * task before the task was read here is older than what is read.
   *
   * @throws {SourceError} when `/proc` cannot be listed
   */
  seed(): void {
    const tasks = processIds(this.#procfs).map((pid) => this.#look(pid));
    const programs = familyTree(
      tasks.flatMap(({ inhabitant }) => inhabitant ?? []),
      monotonicNs(),
    );
    for (const { pid, threads, cgroup, seenAt } of tasks) {
      if (threads.length > 0) this.#attribution.seed(pid, threads, cgroup, seenAt, programs.get(pid));
    }
    this.#seededNs = monotonicNs();
    this.#isLost = false;
  }

  #look(pid: number): Seen {
    const threads = threadsOf(this.#procfs, pid);
    const cgroup = this.#cgroups.of(pid);
    const seenAt = monotonicNs();
    const life = cgroup && this.#attribution.lifeOf(cgroup);
    return { pid, threads, cgroup, seenAt, inhabitant: life && inhabitantOf(this.#procfs, pid, life) };
  }

  /** Records were lost: what is remembered may be wrong from here on. */
  lost(): void {
    this.#attribution.forgetAll();
    this.#isLost = true;
  }

  /**
   * {@link seed}, when something was lost since, and the last time is long enough ago.
   *
   * @throws {SourceError} when `/proc` cannot be listed
   */
  afterLoss(nowNs: number): void {
    if (this.#isLost && nowNs - this.#seededNs > LEAST_BETWEEN_SEEDS_NS) this.seed();
  }
}
