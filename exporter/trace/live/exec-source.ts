import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, SourceError } from '../../base/errors.ts';
import type { Hierarchy } from '../../cgroups/hierarchy.ts';
import { isNestedNode } from '../../cgroups/node.ts';
import { placeOf as containerPlace } from '../../cgroups/place.ts';
import { type Cgroup, CgroupTable } from '../../cgroups/table.ts';
import { HangGuard } from '../../kernel/hang-guard.ts';
import { statField } from '../../parsers/process-stat.ts';
import { Attribution } from '../attribution/attribution.ts';
import { leaderOf, Seeding } from '../attribution/tasks.ts';
import { isShellScript } from '../descent/inhabitant.ts';
import type { Injection } from '../descent/program.ts';
import type { EventListener, ExecSource, ExecStats } from '../events/source.ts';
import { Trouble } from '../events/trouble.ts';
import type { Launch } from '../launches/launch.ts';
import { Launches } from '../launches/launches.ts';
import { descentOf, placeOf } from '../paths/exec-path.ts';
import { TraceInstance } from '../ring/instance.ts';
import { onlineCpus } from '../ring/online-cpus.ts';
import { monotonicNs, type Subscription, TraceReader } from '../ring/trace-reader.ts';
import { bufferKbFor, idleMsFor, Pace } from './pace.ts';
import { PromptWatcher } from './prompt-watcher.ts';
import { EventRecorder } from './recorder.ts';
import { TraceHealth } from './trace-health.ts';

/** States of include/net/tcp_states.h. */
const TCP_SYN_SENT = 2;
const TCP_LISTEN = 10;
const PF_KTHREAD = 0x200000;

export interface ExecSourceOptions {
  /** A process whose own programs, and what they start, are no events: the agent, whose number nobody else's descendant has. */
  readonly agent?: number | undefined;
  readonly tracefs: string;
  readonly procfs: string;
  readonly sysfs: string;
  /** Whose cgroups the events shall name; see {@link findContainerHierarchy}. */
  readonly hierarchy: Hierarchy;
  /** Has files and processes' memory read that may not answer; by default one of its own. */
  readonly guard?: HangGuard | undefined;
  /** Ring buffer per CPU. Default: 256 to 2,048, by the number of CPUs. */
  readonly bufferKb?: number;
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
    {
      event: 'sock/inet_sock_set_state',
      filter: `newstate == ${TCP_SYN_SENT} || newstate == ${TCP_LISTEN}`,
      optional: true,
    },
    { event: 'oom/mark_victim', optional: true },
  ];
}

/** The trace numbers processes as the initial PID namespace does, which is the one with the kernel's own threads. */
function checkProcessNamespace(procfs: string): void {
  const path = join(procfs, '2/stat');
  const flags = statField(
    attempt(path, () => readFileSync(path, 'latin1')),
    9,
  );
  if ((Number(flags) & PF_KTHREAD) !== 0) return;
  throw new SourceError(
    'unreadable',
    path,
    `${path}: not a thread of the kernel; use the host's PID namespace`,
  );
}

/** What an open source is made of. */
interface Parts {
  readonly unseen: ExecSource['unseen'];
  readonly launches: Launches;
  readonly recorder: EventRecorder;
  readonly seeding: Seeding;
  readonly reader: TraceReader;
  readonly watcher: PromptWatcher;
  readonly health: TraceHealth;
  readonly trouble: Trouble;
  readonly idleMs: number;
}

/** Events from a tracefs instance of its own, without gaps but for what it counts as lost. */
class TracedExecSource implements ExecSource {
  readonly unseen: ExecSource['unseen'];
  readonly #parts: Parts;
  readonly #pace: Pace;

  /** Begins to read on a timer. */
  constructor(parts: Parts) {
    this.unseen = parts.unseen;
    this.#parts = parts;
    this.#pace = new Pace(() => this.#read(), parts.idleMs);
  }

  drain(): void {
    const { health, recorder, trouble } = this.#parts;
    this.#pace.note(this.#read());
    trouble.attempt(() => health.look(recorder.starts, monotonicNs()));
    trouble.tell();
  }

  launchOf({ launcher, timeNs }: Injection): Promise<Launch | undefined> {
    return launcher === undefined ? Promise.resolve(undefined) : this.#parts.launches.of(launcher, timeNs);
  }

  stats(): ExecStats {
    const { execs, unattributed, starts } = this.#parts.recorder;
    return { execs, lost: this.#parts.reader.lost, unattributed, startsObserved: starts };
  }

  /** Also called when the process exits, which the watcher's sleeping thread would else keep from ending. */
  readonly close = (): void => {
    process.off('exit', this.close);
    this.#pace.stop();
    closeBoth(this.#parts);
  };

  /** Reads what there is; how full the fullest buffer was, as a share of it. */
  #read(): number {
    const { reader, recorder, seeding, trouble } = this.#parts;
    let fill = 1;
    trouble.attempt(() => {
      fill = reader.drain();
    });
    recorder.settle();
    trouble.attempt(() => seeding.afterLoss(monotonicNs()));
    return fill;
  }
}

function closeBoth({
  watcher,
  reader,
}: {
  readonly watcher: PromptWatcher;
  readonly reader?: TraceReader;
}): void {
  try {
    watcher.close();
  } finally {
    reader?.close();
  }
}

/** The kinds of events that a reader does not get, as this kernel does not have them. */
function unseenOf({ missing }: TraceReader): ExecSource['unseen'] {
  const optional = Object.entries(OPTIONAL);
  return new Set(optional.flatMap(([event, kind]) => (missing.some((name) => name === event) ? [kind] : [])));
}

/**
 * Opens a tracefs instance of its own and follows every program start, TCP connect and out-of-memory kill from now on.
 *
 * Needs tracefs, writable for this process, and the host's PID namespace. Until {@link ExecSource.close} one thread of the pool is taken, and
 * a timer that does not keep the process alive empties the buffers, more often the fuller they are.
 *
 * @throws {SourceError} `absent` or `unreadable` when that cannot be had
 */
export function openExecSource(options: ExecSourceOptions, listener: EventListener): ExecSource {
  const { procfs, sysfs, tracefs, hierarchy, agent, instancePrefix, guard = new HangGuard() } = options;
  checkProcessNamespace(procfs);
  const instance = { tracefs, ...(instancePrefix === undefined ? {} : { prefix: instancePrefix }) };
  const bufferKb = options.bufferKb ?? bufferKbFor(onlineCpus(sysfs).length);
  const isVersion2 = hierarchy.id === 0;
  const trouble = new Trouble();
  const cgroups = new CgroupTable(procfs, hierarchy);
  const cgroupOf = (pid: number) => cgroups.of(pid);
  const isNested = isNestedNode(procfs);
  const placeOfCgroup = ({ path }: Cgroup) => containerPlace(path, isNested);
  const isInContainer = (pid: number) => {
    const cgroup = cgroupOf(pid);
    const place = cgroup && placeOfCgroup(cgroup);
    return place?.containerId !== undefined && (!isNested || place.podUid !== undefined);
  };
  const launches = new Launches(procfs, guard, isInContainer);
  const watcher = new PromptWatcher({
    ...instance,
    procfs,
    cgroupOf: isVersion2 ? cgroupOf : undefined,
    onError: trouble.note,
    onRuntime: (pid, atNs) => launches.note(pid, atNs),
  });
  let reader: TraceReader | undefined;
  try {
    const lookup = {
      agent,
      of: cgroupOf,
      leaderOf: (pid: number) => leaderOf(procfs, pid),
      placed: (pid: number, timeNs: number) => watcher.cgroups.take(pid, timeNs),
      containerOf: (cgroup: Cgroup) => placeOfCgroup(cgroup)?.path,
      isBeside: (cgroup: Cgroup) => placeOfCgroup(cgroup)?.containerId === undefined,
      isShellScript: (pid: number, path: string) => isShellScript(procfs, pid, path),
    };
    const attribution = new Attribution(lookup, isVersion2);
    const places = {
      at: (pid: number, timeNs: number) => watcher.places.take(pid, timeNs) ?? placeOf(procfs, pid),
      descentAt: (pid: number, timeNs: number) => watcher.places.take(pid, timeNs) ?? descentOf(procfs, pid),
    };
    const recorder = new EventRecorder(cgroups, attribution, places, listener);
    const seeding = new Seeding(procfs, cgroups, attribution);
    const records = new TraceReader(
      TraceInstance.create({ ...instance, bufferKb }),
      { sysfs, bufferKb },
      subscriptions(hierarchy),
      recorder,
      () => seeding.lost(),
    );
    reader = records;
    // The trace is on: what is not in /proc yet will be recorded.
    seeding.seed();
    recorder.sinceNs = monotonicNs();
    const health = new TraceHealth(procfs, () => [...records.restore(), ...watcher.restore()]);
    const unseen = unseenOf(records);
    const idleMs = idleMsFor(bufferKb);
    const source = new TracedExecSource({
      unseen,
      launches,
      recorder,
      seeding,
      reader,
      watcher,
      health,
      trouble,
      idleMs,
    });
    process.once('exit', source.close);
    return source;
  } catch (error) {
    closeBoth(reader === undefined ? { watcher } : { watcher, reader });
    throw error;
  }
}
