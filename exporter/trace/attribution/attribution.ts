import type { Cgroup } from '../../cgroups/table.ts';
import { descend } from '../descent/descend.ts';
import { SOMETHING_OF_HOST } from '../descent/family-tree.ts';
import { ContainerLives } from '../descent/lives.ts';
import { isShellName, isShellScriptName } from '../descent/names.ts';
import type { ContainerLife, Program } from '../descent/program.ts';
import { isOwnDescriptor, type Stage, stageAfter } from './runtime-stage.ts';

const CLONE_THREAD = 0x10000;
/** Bit 33 of clone3's flags. */
const CLONE_INTO_CGROUP = 2 ** 33;

/** More tasks than that are looked up when they do something, instead of remembered. */
const MOST_TASKS = 262_144;

/** An event whose cgroup may become known later in the same drain. */
export interface Attributed {
  cgroup: Cgroup | undefined;
  /** The cgroup of the container that a runtime was on its way into; `cgroup` is then where it came from. */
  entering?: Cgroup;
  /** Of an exec: what was started. */
  program?: Program | undefined;
  /** Of an exec: what the process ran that made this one, or that asked the runtime for it; undefined when that is not known. */
  parent?: Program | undefined;
  /** Of an exec: the process that made this one; undefined when that is not known. */
  maker?: number | undefined;
}

/** A program of which is not known yet where it was started. */
interface Started {
  readonly program: { -readonly [K in keyof Program]: Program[K] };
  readonly timeNs: number;
  readonly before: Program | undefined;
  readonly launcher: number | undefined;
}

/** An event that waits for its cgroup, and where its process comes from if it is a runtime's. */
interface Waiting {
  readonly event: Attributed;
  readonly origin: Cgroup | undefined;
  readonly started: Started | undefined;
}

/** Processes that are in one cgroup, which is not known yet; any living one of them can tell. */
interface Family {
  readonly members: Set<Process>;
  readonly waiting: Waiting[];
}

/** A process: one object shared by its threads, as one attach record moves them all. */
interface Process {
  /** The thread group's id, by which attach records name it. */
  leader: number;
  threads: number;
  cgroup: Cgroup | undefined;
  /** While the cgroup is not known. */
  family: Family | undefined;
  /** When /proc was read, in nanoseconds; what happened before is in it already. */
  readonly seenAt: number;
  stage: Stage;
  /** Where its maker was; for what a runtime makes on its way, where the runtime came from. */
  readonly origin: Cgroup | undefined;
  /** Whether its maker was such a runtime. */
  readonly isRuntimes: boolean;
  /** The leader of the process that made it; undefined when that is not known. */
  readonly maker: number | undefined;
  /** Whether the agent made it, or something that it made. */
  readonly isAgents: boolean;
  /** What it runs; undefined when that is not known. */
  program: Program | undefined;
  /** What its maker ran; of what a runtime makes on its way, what the runtime's first process ran. */
  readonly parent: Program | undefined;
  /** The process that executed what its maker ran; of what a runtime makes on its way, the runtime's first. */
  readonly launcher: number | undefined;
}

/** What an exec is taken for: `presumed` a runtime's copy of itself, by its descent alone; the `agent`'s own; anything else. */
export type Taken = 'presumed' | 'agent' | undefined;

/** What is known of a process of which only that it exists: nothing is presumed in its favour. */
const STRANGER = {
  family: undefined,
  stage: 'program',
  origin: undefined,
  isRuntimes: false,
  maker: undefined,
  isAgents: false,
  program: undefined,
  parent: undefined,
  launcher: undefined,
} as const;

/** Where the cgroup of a process can be asked for. */
export interface CgroupLookup {
  /** The agent's own process, whose children are told from others. */
  readonly agent?: number | undefined;
  /** Of a living process, from /proc; undefined when it is gone. */
  of(pid: number): Cgroup | undefined;
  /** Thread group of a living thread; undefined when it is gone. */
  leaderOf(pid: number): number | undefined;
  /** Of a process made by clone3 straight into a cgroup at `timeNs`, if it was caught alive. */
  placed(pid: number, timeNs: number): Cgroup | undefined;
  /** The container that a cgroup belongs to, by any text that is its own; undefined for the host's. */
  containerOf(cgroup: Cgroup): string | undefined;
  /** Whether a cgroup is a pod's own, outside of its containers, where runtimes have programs of theirs; none is without it. */
  isBeside?(cgroup: Cgroup): boolean;
  /** Whether `pid` still runs what it executed as `path`, and that is a script of a shell's. */
  isShellScript(pid: number, path: string): boolean;
}

/**
 * Which cgroup every task is in, from the kernel's records in time order.
 *
 * A child starts in its parent's cgroup; an attach record moves a process with all threads. Two things leave no record: a child placed
 * by CLONE_INTO_CGROUP, and what was lost or happened before the trace. Such a task and its descendants form a family, and at the
 * end of a drain /proc/PID/cgroup of one that lives settles them all. When none lives, their cgroup stays unknown; it is never guessed.
 *
 * What a container runtime executes of itself on its way into a container counts where the runtime came from (runtime-stage.ts). Only a
 * process that was made outside of the container can be on its way: nothing that a container does makes one.
 */
export class Attribution {
  readonly #lookup: CgroupLookup;
  readonly #cloneIntoCgroup: boolean;
  readonly #tasks = new Map<number, Process>();
  readonly #unsettled = new Set<Family>();
  readonly #lives: ContainerLives;

  /** @param cloneIntoCgroup whether CLONE_INTO_CGROUP places a child in this hierarchy: in version 2 only */
  constructor(lookup: CgroupLookup, cloneIntoCgroup: boolean) {
    this.#lookup = lookup;
    this.#cloneIntoCgroup = cloneIntoCgroup;
    this.#lives = new ContainerLives((cgroup) =>
      lookup.isBeside?.(cgroup) === true ? undefined : lookup.containerOf(cgroup),
    );
  }

  /** Tasks remembered. */
  get size(): number {
    return this.#tasks.size;
  }

  /** The life of the container that a cgroup belongs to; undefined for the host's. */
  lifeOf(cgroup: Cgroup): ContainerLife | undefined {
    return this.#lives.of(cgroup);
  }

  /**
   * A process as /proc showed it at `seenAt`, with the ids of its threads.
   *
   * @param program what it runs, if it is in a container
   */
  seed(
    leader: number,
    threads: readonly number[],
    cgroup: Cgroup | undefined,
    seenAt: number,
    program = SOMETHING_OF_HOST,
  ): void {
    this.#forget(leader);
    const process: Process = { ...STRANGER, leader, threads: threads.length, cgroup, seenAt, program };
    for (const thread of threads) this.#remember(thread, process);
  }

  /** task:task_newtask: a process or thread `child` was made by `parent`. */
  newTask(timeNs: number, parent: number, child: number, flags: number): void {
    const known = this.#tasks.get(child);
    if (known !== undefined && known.seenAt >= timeNs) return;
    const maker = this.#known(parent);
    if (known !== undefined) this.#forget(child); // its end was lost
    if ((flags & CLONE_THREAD) !== 0) {
      maker.threads += 1;
      this.#remember(child, maker);
      return;
    }
    const isRuntime = maker.stage === 'made' ? maker.isRuntimes : maker.stage !== 'program';
    const process: Process = {
      leader: child,
      threads: 1,
      cgroup: maker.cgroup,
      family: maker.family,
      seenAt: Number.NEGATIVE_INFINITY,
      stage: 'made',
      origin: isRuntime ? maker.origin : maker.cgroup,
      isRuntimes: isRuntime,
      maker: maker.leader,
      isAgents: maker.isAgents || maker.leader === this.#lookup.agent,
      program: maker.program,
      parent: isRuntime ? maker.parent : maker.program,
      launcher: isRuntime ? maker.launcher : maker.program?.pid || maker.leader,
    };
    if (
      this.#cloneIntoCgroup &&
      flags >= CLONE_INTO_CGROUP &&
      Math.floor(flags / CLONE_INTO_CGROUP) % 2 === 1
    ) {
      process.cgroup = this.#lookup.placed(child, timeNs);
      process.family = undefined;
      if (process.cgroup === undefined) this.#found(process);
    } else process.family?.members.add(process);
    this.#remember(child, process);
  }

  /** cgroup:cgroup_attach_task: `pid` and its threads were moved; `cgroup` is undefined when it cannot be told. */
  attach(pid: number, cgroup: Cgroup | undefined): void {
    let process = this.#tasks.get(pid);
    if (process === undefined || process.leader !== pid) {
      // Not the leader: a single thread, in a threaded cgroup or by version 1's `tasks`.
      if (process !== undefined) process.threads -= 1;
      const program = process?.program;
      process = { ...STRANGER, leader: pid, threads: 1, cgroup, seenAt: Number.NEGATIVE_INFINITY, program };
      this.#remember(pid, process);
      return;
    }
    process.family?.members.delete(process);
    process.family = undefined;
    process.cgroup = cgroup;
  }

  /**
   * sched:sched_process_exec: `event` happened in `pid`, which was `oldPid` until now if a thread other than the leader called.
   *
   * A runtime which did not execute itself first passes for one by its descent alone.
   */
  exec(timeNs: number, pid: number, oldPid: number, path: string, event: Attributed): Taken {
    const process = this.#tasks.get(oldPid) ?? this.#known(pid);
    if (oldPid !== pid) {
      this.#tasks.delete(oldPid);
      this.#remember(pid, process);
    }
    process.leader = pid;
    process.threads = 1; // the others have been ended
    const before = process.stage;
    process.stage = stageAfter(before, path);
    const { program: previous, parent, launcher, maker } = process;
    // Processes that it makes before its cgroup is known run the same object.
    const program = { path, pid, life: undefined, descent: undefined, injection: undefined, isShell: false };
    const started = { program, timeNs, before: previous, launcher };
    process.program = program;
    event.program = program;
    event.parent = parent;
    event.maker = maker;
    this.#attribute(process, event, process.stage === 'program' ? undefined : process.origin, started);
    if (process.isAgents) return 'agent';
    return before === 'made' && process.stage === 'sealed' && !process.isRuntimes ? 'presumed' : undefined;
  }

  /** A process of it listens for TCP. */
  listening(timeNs: number, pid: number): void {
    const cgroup = this.#tasks.get(pid)?.cgroup;
    const life = cgroup && this.#lives.of(cgroup);
    if (life === undefined) return;
    life.beganNs ??= timeNs;
    life.listensNs ??= timeNs;
  }

  /** Something else happened in `pid`. */
  happened(pid: number, event: Attributed): void {
    this.#attribute(this.#known(pid), event, undefined, undefined);
  }

  /** sched:sched_process_exit of one thread. */
  exit(pid: number): void {
    const process = this.#tasks.get(pid);
    if (process === undefined) return;
    process.threads -= 1;
    if (process.threads > 0 && pid === process.leader) return; // attach records go on naming it
    this.#tasks.delete(pid);
    if (process.threads > 0) return;
    if (process.leader !== pid) this.#tasks.delete(process.leader);
    process.family?.members.delete(process);
  }

  /** Records were lost: what is remembered may be wrong from here on. */
  forgetAll(): void {
    this.#tasks.clear();
  }

  /** Asks /proc about the families that formed, and gives their events the answer. */
  settle(): void {
    for (const family of this.#unsettled) {
      let cgroup: Cgroup | undefined;
      for (const { leader } of family.members) {
        cgroup = this.#lookup.of(leader);
        if (cgroup !== undefined) break;
      }
      for (const { event, origin, started } of family.waiting) this.#place(event, cgroup, origin, started);
      for (const process of family.members) {
        process.cgroup = cgroup;
        process.family = undefined;
      }
    }
    this.#unsettled.clear();
    if (this.#lives.areMany) {
      this.#lives.keep(new Set([...this.#tasks.values()].map(({ program }) => program?.life)));
    }
  }

  #attribute(
    process: Process,
    event: Attributed,
    origin: Cgroup | undefined,
    started: Started | undefined,
  ): void {
    if (process.family === undefined) this.#place(event, process.cgroup, origin, started);
    else process.family.waiting.push({ event, origin, started });
  }

  /** @param origin where a runtime came from, if the event is one's */
  #place(
    event: Attributed,
    cgroup: Cgroup | undefined,
    origin: Cgroup | undefined,
    started: Started | undefined,
  ): void {
    event.cgroup = cgroup;
    if (origin !== undefined && cgroup !== undefined) {
      const container = this.#lookup.containerOf(cgroup);
      if (container !== undefined && container !== this.#lookup.containerOf(origin)) {
        event.cgroup = origin;
        event.entering = cgroup;
      }
    }
    if (started !== undefined && event.cgroup !== undefined) this.#describe(started, event.cgroup);
  }

  /** Completes what is known of a program, once it is known where it was started. */
  #describe({ program, timeNs, before, launcher }: Started, cgroup: Cgroup): void {
    const { path, pid } = program;
    const life = this.#lives.of(cgroup);
    if (life === undefined) {
      // The copy of itself that a runtime runs goes by the runtime's name.
      if (before !== undefined && before.life === undefined && isOwnDescriptor(path))
        program.path = before.path;
      return;
    }
    const { descent, injection } = descend(life, { path, pid, timeNs, before, launcher });
    program.life = life;
    program.descent = descent;
    program.injection = injection;
    // What an entry point's script is has to be asked before anybody can have put something else in its place.
    if (descent === 'entrypoint') {
      program.isShell = isShellName(path) || isShellScriptName(path) || this.#lookup.isShellScript(pid, path);
    }
  }

  #known(pid: number): Process {
    const known = this.#tasks.get(pid);
    if (known !== undefined) return known;
    const leader = this.#lookup.leaderOf(pid) ?? pid;
    let process = this.#tasks.get(leader);
    if (process === undefined) {
      process = {
        ...STRANGER,
        leader,
        threads: 1,
        cgroup: undefined,
        seenAt: Number.NEGATIVE_INFINITY,
      };
      this.#found(process);
      this.#remember(leader, process);
    }
    if (pid !== leader) {
      process.threads += 1;
      this.#remember(pid, process);
    }
    return process;
  }

  /** Begins a family. */
  #found(process: Process): void {
    process.family = { members: new Set([process]), waiting: [] };
    this.#unsettled.add(process.family);
  }

  #remember(pid: number, process: Process): void {
    if (this.#tasks.size < MOST_TASKS || this.#tasks.has(pid)) this.#tasks.set(pid, process);
  }

  #forget(pid: number): void {
    const process = this.#tasks.get(pid);
    if (process?.leader === pid) process.threads = 1;
    this.exit(pid);
  }
}
