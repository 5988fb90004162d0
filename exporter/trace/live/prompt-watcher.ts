import { closeSync, constants, openSync, read } from 'node:fs';
import { attempt, sourceError } from '../../base/errors.ts';
import type { Cgroup } from '../../cgroups/table.ts';
import { descentOf, type Place, placeOf } from '../paths/exec-path.ts';
import { type InstanceOptions, TraceInstance } from '../ring/instance.ts';
import { monotonicNs } from '../ring/trace-reader.ts';
import { Sightings } from './sightings.ts';

const BUFFER_KB = 16;

const NEW_TASK = 'task/task_newtask';
const INTO_CGROUP = 'clone_flags & 0x200000000';

const EXEC = 'sched/sched_process_exec';
const RELATIVE_OR_DESCRIPTOR =
  '!(filename ~ "/*") || filename ~ "/dev/fd/*" || filename ~ "/proc/*/fd/*" || filename ~ "*/cwd*"';

/** Programs that start others in containers, by the names that they are installed under. */
const RUNTIME =
  'filename ~ "*/runc" || filename ~ "*/crun" || filename ~ "*/docker-runc" || filename ~ "*/youki"';
const RUNTIME_NAME = /\/(?:docker-runc|runc|crun|youki)$/;

/** Such an exec wakes this process, which costs 20 times a record: it is not worth more than so many of a kind in a second. */
const MOST_EXECS_PER_SECOND = 200;
const PAUSE_MS = 10_000;

/**
 * A child's pid, or that of who executed. Names can contain anything, so a line may be forged: then a process is looked at in vain, as
 * only the binary records tell that something happened.
 */
const LINE =
  /: task_newtask: pid=(\d+) |-(\d+) +\[\d+\] \S+ +\d+\.\d+: sched_process_exec: filename=([^\n]*?) pid=\d+ old_pid=\d+$/gm;

/** The kinds of execs, each looked at as long as there are not too many of it. */
const FILTERS = { folder: RELATIVE_OR_DESCRIPTOR, runtime: RUNTIME } as const;
type Kind = keyof typeof FILTERS;

export interface PromptWatcherOptions extends Omit<InstanceOptions, 'bufferKb'> {
  readonly procfs: string;
  /** Cgroup of a living process; undefined where CLONE_INTO_CGROUP has no effect, in hierarchies of version 1. */
  readonly cgroupOf: ((pid: number) => Cgroup | undefined) | undefined;
  readonly onError: (error: Error) => void;
  /** Told of each runtime that was started just now. */
  readonly onRuntime?: (pid: number, atNs: number) => void;
}

/**
 * Looks at processes at once of which /proc alone can tell, while they live: in which cgroup a child was placed by clone3 with CLONE_INTO_CGROUP (as
 * `runc exec` and so every exec probe does), which no attach record tells; where a relative path leads; what runs from a descriptor; and what a
 * container runtime was told to start.
 *
 * They are rare, so an instance of their own records nothing else, and one thread of the pool sleeps in read(2) on its `trace_pipe`: nothing is
 * polled, and /proc is read within a millisecond. 499 of 500 children that lived 1.5 ms or longer were found.
 */
export class PromptWatcher {
  readonly cgroups = new Sightings<Cgroup>();
  readonly places = new Sightings<Place>();
  readonly #options: PromptWatcherOptions;
  readonly #instance: TraceInstance;
  readonly #buffer = Buffer.alloc(16_384);
  #fd: number | undefined;
  readonly #execs: Record<Kind, number> = { folder: 0, runtime: 0 };
  #secondNs = 0;
  readonly #paused = new Map<Kind, NodeJS.Timeout>();

  /**
   * Starts at once. It keeps the event loop alive until {@link close}.
   *
   * @throws {SourceError} when the instance cannot be made
   */
  constructor(options: PromptWatcherOptions) {
    this.#options = options;
    this.#instance = TraceInstance.create({ ...options, bufferKb: BUFFER_KB });
    try {
      // Waits for records, on purpose.
      this.#fd = attempt(this.#path, (path) => openSync(path, constants.O_RDONLY));
      if (options.cgroupOf !== undefined) this.#instance.enable(NEW_TASK, INTO_CGROUP);
      this.#watchExecs();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#wait();
  }

  /** As {@link TraceInstance.restore}. */
  restore(): string[] {
    return this.#instance.restore();
  }

  /** Removes the instance; also from an `exit` handler, where the sleeping read would else hang the exit. */
  close(): void {
    for (const timer of this.#paused.values()) clearTimeout(timer);
    if (this.#fd !== undefined) {
      const fd = this.#fd;
      this.#fd = undefined;
      this.#instance.write('trace_marker', 'end'); // wakes the read
      closeSync(fd);
    }
    this.#instance.close();
  }

  get #path(): string {
    return `${this.#instance.path}/trace_pipe`;
  }

  #wait(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    read(fd, this.#buffer, 0, this.#buffer.length, null, (error, bytes) => {
      if (this.#fd === undefined) return;
      try {
        if (error !== null) throw sourceError(this.#path, error);
        for (const [, child, executing, path = ''] of this.#buffer
          .toString('latin1', 0, bytes)
          .matchAll(LINE)) {
          if (child !== undefined) this.#seeChild(Number(child));
          else this.#seeExec(Number(executing), path);
        }
        this.#wait();
      } catch (failure) {
        this.#options.onError(failure as Error);
      }
    });
  }

  #seeChild(pid: number): void {
    const cgroup = this.#options.cgroupOf?.(pid);
    if (cgroup !== undefined) this.cgroups.add(pid, monotonicNs(), cgroup);
  }

  #seeExec(pid: number, path: string): void {
    const kind = RUNTIME_NAME.test(path) ? 'runtime' : 'folder';
    const nowNs = kind === 'runtime' ? this.#seeRuntime(pid) : this.#seePlace(pid, path.startsWith('/'));
    if (nowNs - this.#secondNs > 1e9) {
      this.#secondNs = nowNs;
      this.#execs.folder = 0;
      this.#execs.runtime = 0;
    }
    this.#execs[kind] += 1;
    if (this.#execs[kind] <= MOST_EXECS_PER_SECOND || this.#paused.has(kind)) return;
    this.#paused.set(kind, setTimeout(() => this.#resume(kind), PAUSE_MS).unref());
    this.#watchExecs();
  }

  #seeRuntime(pid: number): number {
    const nowNs = monotonicNs();
    this.#options.onRuntime?.(pid, nowNs);
    return nowNs;
  }

  #seePlace(pid: number, fromDescriptor: boolean): number {
    const { procfs } = this.#options;
    const place = fromDescriptor ? descentOf(procfs, pid) : placeOf(procfs, pid);
    const nowNs = monotonicNs();
    this.places.add(pid, nowNs, place);
    return nowNs;
  }

  /** Has those kinds of execs recorded that are not paused. */
  #watchExecs(): void {
    const kinds = (Object.keys(FILTERS) as Kind[]).filter((kind) => !this.#paused.has(kind));
    if (kinds.length === 0) this.#instance.disable(EXEC);
    else this.#instance.enable(EXEC, kinds.map((kind) => FILTERS[kind]).join(' || '));
  }

  #resume(kind: Kind): void {
    this.#paused.delete(kind);
    try {
      this.#watchExecs();
    } catch (error) {
      this.#options.onError(error as Error);
    }
  }
}
