import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, SourceError } from '../../base/errors.ts';
import type { Hierarchy } from '../../cgroups/hierarchy.ts';
import { placeOf as containerPlace } from '../../cgroups/place.ts';
import { type Cgroup, CgroupTable } from '../../cgroups/table.ts';
import { Attribution } from '../attribution/attribution.ts';
import { leaderOf, seed } from '../attribution/tasks.ts';
import { EventQueue } from '../events/event-queue.ts';
import type { TraceEvent } from '../events/events.ts';
import type { EventListener, ExecSource, ExecStats } from '../events/source.ts';
import { descentOf, placeOf } from '../paths/exec-path.ts';
import { TraceInstance } from '../ring/instance.ts';
import { onlineCpus } from '../ring/online-cpus.ts';
import { monotonicNs, type Subscription, TraceReader } from '../ring/trace-reader.ts';
import { bufferKbFor, idleMsFor, Pace } from './pace.ts';
import { PromptWatcher } from './prompt-watcher.ts';
import { EventRecorder } from './recorder.ts';
import { TraceHealth } from './trace-health.ts';

const TCP_SYN_SENT = 2;
const PF_KTHREAD = 0x200000;

/** /proc is not read more often than that, however much is lost. */
const LEAST_BETWEEN_SEEDS_NS = 1e9;

export interface ExecSourceOptions {
  /** A process whose own programs, and what they start, are no events: the agent, whose number nobody else's descendant has. */
  readonly agent?: number | undefined;
  readonly tracefs: string;
  readonly procfs: string;
  readonly sysfs: string;
  /** Whose cgroups the events shall name; see {@link findContainerHierarchy}. */
  readonly hierarchy: Hierarchy;
  /** Ring buffer per CPU. Default: 256 to 2,048, by the number of CPUs. */
  readonly bufferKb?: number;
  /** Events kept for a reader that does not come; further ones are counted as lost. */
  readonly mostEvents?: number;
  /** Of the names of the trace instances; others with it that nobody holds are removed. */
  readonly instancePrefix?: string;
}

/** The events that a kernel may not have, and what is not seen without them. */
const OPTIONAL = { 'sock/inet_sock_set_state': 'connect', 'oom/mark_victim': 'oom' } as const;

function subscriptions({ id }: Hierarchy): Subscription[] {
  return [
    { event: 'sched/sched_process_exit' },
    { event: 'cgroup/cgroup_attach_task', filter: `dst_root == ${id}` },
    { event: 'task/task_newtask' },
    { event: 'sched/sched_process_exec' },
    { event: 'sock/inet_sock_set_state', filter: `newstate == ${TCP_SYN_SENT}`, optional: true },
    { event: 'oom/mark_victim', optional: true },
  ];
}

/** The trace numbers processes as the initial PID namespace does, which is the one with the kernel's own threads. */
function checkProcessNamespace(procfs: string): void {
  const path = join(procfs, '2/stat');
  const flags = attempt(path, () => readFileSync(path, 'latin1'))
    .split(') ')
    .at(-1)
    ?.split(' ')[6];
  if ((Number(flags) & PF_KTHREAD) !== 0) return;
  throw new SourceError(
    'unreadable',
    path,
    `${path}: not a thread of the kernel; use the host's PID namespace`,
  );
}

/** Events from a tracefs instance of its own, without gaps but for what it counts as lost. */
class TracedExecSource implements ExecSource {
  readonly unseen: ExecSource['unseen'];
  readonly #procfs: string;
  readonly #queue: EventQueue;
  readonly #cgroups: CgroupTable;
  readonly #attribution: Attribution;
  readonly #recorder: EventRecorder;
  readonly #reader: TraceReader;
  readonly #watcher: PromptWatcher | undefined; // undefined until the constructor ends
  readonly #pace: Pace;
  readonly #health: TraceHealth;
  #error: unknown;
  #gap = false;
  #seededNs = 0;

  constructor(options: ExecSourceOptions) {
    const { procfs, sysfs, tracefs, hierarchy, instancePrefix } = options;
    const bufferKb = options.bufferKb ?? bufferKbFor(onlineCpus(sysfs).length);
    checkProcessNamespace(procfs);
    const instance = { tracefs, ...(instancePrefix === undefined ? {} : { prefix: instancePrefix }) };
    const version2 = hierarchy.id === 0;
    this.#procfs = procfs;
    this.#queue = new EventQueue(options.mostEvents);
    this.#cgroups = new CgroupTable(procfs, hierarchy);
    const lookup = {
      agent: options.agent,
      of: (pid: number) => this.#cgroups.of(pid),
      leaderOf: (pid: number) => leaderOf(procfs, pid),
      placed: (pid: number, timeNs: number) => this.#watcher?.cgroups.take(pid, timeNs),
      containerOf: ({ path }: Cgroup) => containerPlace(path)?.path,
    };
    this.#attribution = new Attribution(lookup, version2);
    this.#recorder = new EventRecorder(
      this.#cgroups,
      this.#attribution,
      {
        at: (pid, timeNs) => this.#watcher?.places.take(pid, timeNs) ?? placeOf(procfs, pid),
        descentAt: (pid, timeNs) => this.#watcher?.places.take(pid, timeNs) ?? descentOf(procfs, pid),
      },
      (event) => this.#queue.add(event),
    );
    this.#reader = new TraceReader(
      TraceInstance.create({ ...instance, bufferKb }),
      { sysfs, bufferKb },
      subscriptions(hierarchy),
      this.#recorder,
      () => this.#onLoss(),
    );
    const { missing } = this.#reader;
    this.unseen = new Set(
      Object.entries(OPTIONAL).flatMap(([event, kind]) =>
        missing.some((name) => name === event) ? [kind] : [],
      ),
    );
    try {
      this.#watcher = new PromptWatcher({
        ...instance,
        procfs,
        cgroupOf: version2 ? lookup.of : undefined,
        onError: (error) => this.#onError(error),
      });
      this.#seed();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#health = new TraceHealth(procfs, () => [
      ...this.#reader.restore(),
      ...(this.#watcher?.restore() ?? []),
    ]);
    this.#recorder.sinceNs = monotonicNs();
    this.#pace = new Pace(() => this.#read(), idleMsFor(bufferKb));
    process.once('exit', this.close);
  }

  listen(listener: EventListener): void {
    this.#queue.listener = listener;
  }

  drain(): TraceEvent[] {
    this.#pace.note(this.#read());
    try {
      this.#health.look(this.#recorder.starts, monotonicNs());
    } catch (error) {
      this.#onError(error);
    }
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    return this.#queue.take();
  }

  stats(): ExecStats {
    const { execs, unattributed, starts } = this.#recorder;
    return {
      execs,
      lost: this.#reader.lost + this.#queue.dropped,
      unattributed,
      startsObserved: starts,
    };
  }

  /** Also called when the process exits, which the watcher's sleeping thread would else keep from ending. */
  readonly close = (): void => {
    process.off('exit', this.close);
    this.#pace?.stop();
    try {
      this.#watcher?.close();
    } finally {
      this.#reader.close();
    }
  };

  #seed(): void {
    seed(this.#procfs, this.#cgroups, this.#attribution);
    this.#seededNs = monotonicNs();
    this.#gap = false;
  }

  #onLoss(): void {
    this.#attribution.forgetAll();
    this.#gap = true;
  }

  #onError(error: unknown): void {
    this.#error ??= error;
  }

  /** Reads what there is; how full the fullest buffer was, as a share of it. */
  #read(): number {
    let fill = 1;
    try {
      fill = this.#reader.drain();
    } catch (error) {
      this.#onError(error);
    }
    this.#recorder.settle();
    try {
      if (this.#gap && monotonicNs() - this.#seededNs > LEAST_BETWEEN_SEEDS_NS) this.#seed();
    } catch (error) {
      this.#onError(error);
    }
    return fill;
  }
}

/**
 * Opens a tracefs instance of its own and follows every program start, TCP connect and out-of-memory kill from now on.
 *
 * Needs tracefs, writable for this process, and the host's PID namespace. Until {@link ExecSource.close} one thread of the pool is taken, and
 * a timer that does not keep the process alive empties the buffers, more often the fuller they are.
 *
 * @throws {SourceError} `absent` or `unreadable` when that cannot be had
 */
export function openExecSource(options: ExecSourceOptions): ExecSource {
  return new TracedExecSource(options);
}
