import { addressOf } from '../../base/address.ts';
import type { CgroupTable } from '../../cgroups/table.ts';
import type { Attribution } from '../attribution/attribution.ts';
import { isOwnCopy } from '../attribution/runtime-stage.ts';
import type { ExecEvent, TraceEvent } from '../events/events.ts';
import type { EventListener } from '../events/source.ts';
import { canonicalPath, leadsThroughFolder } from '../paths/canonical-path.ts';
import { absolutePath, type Place } from '../paths/exec-path.ts';
import type { RecordSink } from '../ring/decode.ts';

/** Where `pid` was at `timeNs`, or is now. */
export interface PlaceLookup {
  at(pid: number, timeNs: number): Place;
  /** With its parent's executable. */
  descentAt(pid: number, timeNs: number): Place;
}

/** Makes events of records, each with the cgroup of its process. */
export class EventRecorder implements RecordSink {
  /** What happened before that, while not all tasks were known yet, is not reported. */
  sinceNs = Number.POSITIVE_INFINITY;
  execs = 0;
  unattributed = 0;
  starts = 0;
  readonly #places: PlaceLookup;
  readonly #cgroups: CgroupTable;
  readonly #attribution: Attribution;
  readonly #emit: EventListener;
  /** Events of which not all is known yet. */
  #open: TraceEvent[] = [];
  /** Those of them that only descent shows to be a runtime's. */
  readonly #presumed = new Set<TraceEvent>();

  /** @param emit is given each event as soon as all is known of it that can be */
  constructor(cgroups: CgroupTable, attribution: Attribution, places: PlaceLookup, emit: EventListener) {
    this.#places = places;
    this.#cgroups = cgroups;
    this.#attribution = attribution;
    this.#emit = emit;
  }

  newTask(timeNs: number, parent: number, child: number, flags: number): void {
    if (timeNs >= this.sinceNs) this.starts += 1;
    this.#attribution.newTask(timeNs, parent, child, flags);
  }

  attach(pid: number, id: number | undefined, path: () => string): void {
    const cgroups = this.#cgroups;
    const cgroup = id === undefined ? cgroups.at(path()) : (cgroups.known(id) ?? cgroups.traced(id, path()));
    this.#attribution.attach(pid, cgroup);
  }

  exit(pid: number): void {
    this.#attribution.exit(pid);
  }

  exec(timeNs: number, pid: number, oldPid: number, path: string): void {
    const event: ExecEvent = {
      kind: 'exec',
      timeNs,
      pid,
      path,
      absolutePath: leadsThroughFolder(path) ? undefined : canonicalPath(path),
      cgroup: undefined,
      // Added later, they would cost an object of their own.
      program: undefined,
      parent: undefined,
      maker: undefined,
    };
    const taken = this.#attribution.exec(timeNs, pid, oldPid, path, event);
    if (timeNs < this.sinceNs) return;
    this.execs += 1;
    if (taken === 'agent') return; // what it asks its host for is not what happens there
    if (taken === 'presumed') {
      this.#presumed.add(event);
      this.#open.push(event);
    } else if (event.cgroup === undefined || event.absolutePath === undefined) this.#open.push(event);
    else this.#emit(event);
  }

  connect(timeNs: number, pid: number, bytes: Buffer, port: number): void {
    const { family, text } = addressOf(bytes);
    this.#happened({ kind: 'connect', timeNs, pid, cgroup: undefined, family, address: text, port });
  }

  listening(timeNs: number, pid: number): void {
    this.#attribution.listening(timeNs, pid);
  }

  oom(timeNs: number, pid: number): void {
    this.#happened({ kind: 'oom', timeNs, pid, cgroup: undefined });
  }

  /** After a reading: asks `/proc` for what is not known yet, and emits the events that waited for it. */
  settle(): void {
    this.#attribution.settle();
    const events = this.#open;
    this.#open = [];
    for (const event of events) {
      if (event.kind === 'exec') {
        if (event.cgroup === undefined) this.unattributed += 1;
        if (event.absolutePath === undefined) this.#resolve(event);
        if (this.#presumed.has(event)) this.#doubt(event);
      }
      this.#emit(event);
    }
    this.#presumed.clear();
  }

  /** What was seen to run something else than its maker's program counts where it is. */
  #doubt(event: ExecEvent): void {
    if (event.entering === undefined) return;
    const { executable, parentExecutable: maker } = this.#places.descentAt(event.pid, event.timeNs);
    if (executable === undefined || maker === undefined || isOwnCopy(executable, maker)) return;
    event.cgroup = event.entering;
    delete event.entering;
  }

  #resolve(event: ExecEvent): void {
    const { path, pid, timeNs, maker } = event;
    if (path === undefined) return;
    event.absolutePath = absolutePath(path, this.#places.at(pid, timeNs));
    if (event.absolutePath !== undefined) return;
    // Most children work where their parents do.
    if (maker !== undefined) {
      const { workingDirectory } = this.#places.at(maker, timeNs);
      event.presumedPath = absolutePath(path, { executable: undefined, workingDirectory });
    }
  }

  #happened(event: TraceEvent): void {
    if (event.timeNs < this.sinceNs) return;
    this.#attribution.happened(event.pid, event);
    if (event.cgroup === undefined) this.#open.push(event);
    else this.#emit(event);
  }
}
