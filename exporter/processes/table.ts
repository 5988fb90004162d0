import { readdirSync } from 'node:fs';
import { SourceError, sourceError } from '../errors.ts';
import { contents } from '../kernel-file.ts';
import { Denials } from './denials.ts';
import { glance } from './glance.ts';
import type { ProcessGroup } from './group.ts';
import { Groups } from './groups.ts';
import { type Inspection, inspect } from './inspection.ts';
import { type KeptFile, KeptFiles } from './kept-files.ts';
import { hasTraceCapability } from './own-limits.ts';
import { parseStatLine, type StatLine } from './stat-line.ts';
import { stateIndex } from './state.ts';

/** A process as it was seen last. */
interface Process {
  readonly pid: number;
  readonly group: ProcessGroup;
  readonly inspection: Inspection;
}

/** All processes at one moment. */
export interface ProcessSnapshot {
  readonly processes: Iterable<Process>;
  /** The processes counted by cgroup; several groups may lie in one container. */
  readonly groups: Iterable<ProcessGroup>;
  /** What could not be read, one error for each kind of file. */
  readonly errors: readonly SourceError[];
}

interface Entry extends Process {
  readonly stat: KeptFile;
  /** Opened at the first glance. */
  status: KeptFile | undefined;
  seenIn: number;
  identity: number;
  readonly kernel: boolean;
  /** A zombie tells nothing any more. */
  ended: boolean;
  group: ProcessGroup;
  inspection: Inspection;
  /** What the last glance saw. */
  glance: string;
  /** Whether the last look was the first: a container's process often moves to its cgroup right after its start. */
  young: boolean;
}

const [ZERO, NINE, ZOMBIE] = ['0', '9', 'Z'].map((letter) => letter.charCodeAt(0)) as [
  number,
  number,
  number,
];

/** Nothing known yet, or any more. */
const NOTHING: Inspection = { networkNamespace: undefined, kind: undefined, unknown: [], errors: [] };

/** How many processes that show no change are looked at in one pass: a share of all, within bounds. */
interface Share {
  readonly of: number;
  readonly least: number;
  readonly most: number;
}

/** Glances see what a process can change by itself, or have done to it. */
const GLANCES: Share = { of: 16, least: 32, most: 256 };
/** Full looks see cgroup and namespace as well, which change for few after their start. */
const LOOKS: Share = { of: 128, least: 4, most: 32 };

/** New or changed processes that are looked at in one pass; in a fork bomb the others wait for the next ones. */
const NEW_MOST = 1_024;

/**
 * The processes of the host, kept from one scrape to the next.
 *
 * Each pass reads the stat of every process. The rest (cgroup, namespaces, executable, status) is read when a
 * process is new, again in the pass after that, when it runs another program, and in rotation: credentials,
 * tracers and deletions show in no other way. Whatever the rotation shows is in the pass that it precedes.
 */
export class ProcessTable {
  private readonly procfs: string;
  private readonly groups: Groups;
  private readonly files: KeptFiles;
  private readonly entries = new Map<number, Entry>();
  private toGlance: Entry[] = [];
  private toLook: Entry[] = [];
  private passes = 0;
  private tracer: boolean | undefined;
  private readonly line: StatLine = { state: 0, parent: 0, kernel: false, identity: 0 };

  /** @param paths where the host's procfs and sysfs are mounted */
  constructor(paths: { readonly procfs: string; readonly sysfs: string }) {
    this.procfs = paths.procfs;
    this.groups = new Groups(paths);
    this.files = new KeptFiles(paths.procfs);
  }

  /**
   * One pass over all processes. The snapshot is valid until the next pass.
   *
   * @throws {SourceError} when there is no procfs
   */
  scan(): ProcessSnapshot {
    this.passes++;
    const names = this.list();
    const denials = new Denials();
    if (!names.includes('1')) denials.add(hidden());
    let looks = 0;
    this.toGlance = this.rotate(this.toGlance, GLANCES, (entry) => this.glanceAt(entry), denials);
    this.toLook = this.rotate(this.toLook, LOOKS, (entry) => this.look(entry), denials);
    this.groups.clear();
    for (const name of names) {
      const first = name.charCodeAt(0);
      if (first < ZERO || first > NINE) continue;
      try {
        if (this.visit(Number(name), looks < NEW_MOST)) looks++;
      } catch (error) {
        note(error, denials);
      }
    }
    for (const entry of this.entries.values()) {
      if (entry.seenIn !== this.passes) this.drop(entry);
    }
    return this.snapshot(denials);
  }

  /** Closes what is kept open. */
  close(): void {
    for (const entry of this.entries.values()) this.drop(entry);
  }

  private list(): string[] {
    try {
      return readdirSync(this.procfs);
    } catch (error) {
      throw sourceError('proc', error);
    }
  }

  /** Reads one process and counts it in its group; true when all about it was read. */
  private visit(pid: number, mayLook: boolean): boolean {
    const entry = this.entries.get(pid);
    if (entry === undefined) return this.admit(pid, mayLook);
    const { line } = this;
    try {
      parseStatLine(contents, this.files.read(entry.stat), entry.stat.name, line);
    } catch (error) {
      this.drop(entry);
      if (!(error instanceof SourceError) || error.code !== 'absent') throw error;
      // It ended, but the number is listed: another process may have it by now.
      return this.admit(pid, mayLook);
    }
    const ended = line.state === ZOMBIE;
    const changed = line.identity !== entry.identity && !line.kernel && !ended;
    const look = (changed || entry.young) && !ended && mayLook;
    if (ended) entry.inspection = NOTHING;
    entry.ended = ended;
    entry.seenIn = this.passes;
    entry.identity = line.identity;
    if (look) {
      entry.young = changed;
      this.look(entry);
    } else if (changed) {
      entry.young = true;
    }
    this.count(entry);
    return look;
  }

  private admit(pid: number, mayLook: boolean): boolean {
    const stat = this.files.open(pid, 'stat');
    try {
      parseStatLine(contents, this.files.read(stat), stat.name, this.line);
      const { identity, kernel, state } = this.line;
      const ended = state === ZOMBIE;
      const group = ended ? this.groupOfZombie(pid) : this.groups.of(pid);
      const known = { stat, status: undefined, seenIn: this.passes, identity, kernel, ended, group };
      const entry: Entry = { pid, ...known, inspection: NOTHING, glance: '', young: !kernel && !ended };
      if (mayLook && !ended) this.look(entry);
      this.entries.set(pid, entry);
      if (!kernel) {
        this.toGlance.push(entry);
        this.toLook.push(entry);
      }
      this.count(entry);
      return mayLook;
    } catch (error) {
      this.files.close(stat);
      throw error;
    }
  }

  private look(entry: Entry): void {
    entry.group = this.groups.of(entry.pid);
    // Threads of the kernel have no executable, and no namespace but the host's.
    if (entry.kernel) return;
    entry.inspection = inspect(this.procfs, entry.pid, this.mayTrace(), entry.group.place !== undefined);
  }

  /** Looks closely where a glance shows something else than the one before. */
  private glanceAt(entry: Entry): void {
    entry.status ??= this.files.open(entry.pid, 'status');
    const status = contents.subarray(0, this.files.read(entry.status));
    const seen = glance(`${this.procfs}/${entry.pid}`, status);
    if (seen === entry.glance) return;
    entry.glance = seen;
    this.look(entry);
  }

  private count(entry: Entry): void {
    const { kind, unknown } = entry.inspection;
    entry.group.add(stateIndex(this.line.state), kind, unknown);
  }

  /**
   * On cgroup v1 the kernel moves a process to the root when it ends, so that a zombie that was never seen alive is
   * told by its parent. One that was stays where it was.
   */
  private groupOfZombie(pid: number): ProcessGroup {
    const own = this.groups.of(pid);
    if (own.place !== undefined || own.membership.v1.size === 0) return own;
    return this.entries.get(this.line.parent)?.group ?? own;
  }

  /** Has the first entries of the queue looked at, and puts them at its end. */
  private rotate(queue: Entry[], share: Share, look: (entry: Entry) => void, denials: Denials): Entry[] {
    const alive = queue.filter((entry) => this.entries.get(entry.pid) === entry);
    const count = Math.min(share.most, Math.max(share.least, Math.ceil(alive.length / share.of)));
    const due = alive.splice(0, count);
    for (const entry of due) {
      try {
        if (!entry.ended) look(entry);
      } catch (error) {
        note(error, denials);
      }
    }
    alive.push(...due);
    return alive;
  }

  private snapshot(denials: Denials): ProcessSnapshot {
    const inUse = new Set<ProcessGroup>();
    for (const { group, inspection } of this.entries.values()) {
      inUse.add(group);
      for (const error of inspection.errors) denials.add(error);
    }
    this.groups.retain(inUse);
    return { processes: this.entries.values(), groups: inUse, errors: denials.list() };
  }

  private mayTrace(): boolean {
    this.tracer ??= hasTraceCapability(this.procfs);
    return this.tracer;
  }

  private drop(entry: Entry): void {
    this.files.close(entry.stat);
    this.files.close(entry.status);
    if (this.entries.get(entry.pid) === entry) this.entries.delete(entry.pid);
  }
}

/** Process 1 always exists: where it is not to be seen, procfs hides the processes of other users. */
function hidden(): SourceError {
  const message = 'proc/1/stat: process 1 is hidden (hidepid), and so are others';
  return new SourceError('unreadable', 'proc/1/stat', message);
}

/** Processes end at any moment: that something of one is absent is no trouble. */
function note(error: unknown, denials: Denials): void {
  if (!(error instanceof SourceError)) throw error;
  if (error.code !== 'absent') denials.add(error);
}
