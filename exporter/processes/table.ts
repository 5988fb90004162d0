import { closeSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Hierarchies, UNIFIED } from '../containers/hierarchy.ts';
import { type Membership, parseMembership, placeOfMember } from '../containers/membership.ts';
import { SourceError, sourceError } from '../errors.ts';
import { openFile, readOpen, readSmall } from '../kernel-file.ts';
import { Denials } from './denials.ts';
import { ProcessGroup } from './group.ts';
import { type Inspection, inspect } from './inspection.ts';
import { descriptorBudget, hasTraceCapability } from './own-limits.ts';
import { parseStatLine, type StatLine } from './stat-line.ts';
import { stateIndex } from './state.ts';

/** A process as it was seen last. */
export interface Process {
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

/** `/proc/<pid>/stat`, kept open: reading it again costs half, and it never becomes another process's. */
interface StatFile {
  readonly path: string;
  /** What errors call it. */
  readonly name: string;
  descriptor: number | undefined;
}

interface Entry extends StatFile {
  readonly pid: number;
  seenIn: number;
  identity: number;
  kernel: boolean;
  /** A zombie tells nothing any more. */
  ended: boolean;
  group: ProcessGroup;
  inspection: Inspection;
  /** Whether the last look was the first: a container's process often moves to its cgroup right after its start. */
  young: boolean;
}

const ZOMBIE = 'Z'.charCodeAt(0);

/** Nothing known yet, or any more. */
const NOTHING: Inspection = { networkNamespace: undefined, kind: undefined, unknown: [], errors: [] };

/** Of the processes that show no change, an eighth is looked at in each pass, within these bounds. */
const ROTATION_SHARE = 8;
const ROTATION_LEAST = 32;
const ROTATION_MOST = 256;

/** New or changed processes that are looked at in one pass; in a fork bomb the others wait for the next ones. */
const NEW_MOST = 1_024;

/**
 * The processes of the host, kept from one scrape to the next.
 *
 * Each pass reads the stat of every process. The rest (cgroup, namespaces, executable, status) is read when a
 * process is new, again in the pass after that, when it runs another program, and in rotation: credentials,
 * tracers and deletions show in no other way.
 */
export class ProcessTable {
  private readonly procfs: string;
  private readonly hierarchies: Hierarchies;
  private readonly entries = new Map<number, Entry>();
  /** By the text of `/proc/<pid>/cgroup`, which is the same for all processes of a cgroup. */
  private readonly groups = new Map<string, ProcessGroup>();
  /** Whether this process sees the host's cgroups from a namespace of its own; unknown before the first pass. */
  private isPrivate: boolean | undefined;
  private freeDescriptors: number | undefined;
  private tracer: boolean | undefined;
  private passes = 0;
  private queue: Entry[] = [];
  private readonly line: StatLine = { state: 0, parent: 0, kernel: false, identity: 0 };

  /** @param paths where the host's procfs and sysfs are mounted */
  constructor(paths: { readonly procfs: string; readonly sysfs: string }) {
    this.procfs = paths.procfs;
    this.hierarchies = new Hierarchies(paths.sysfs);
  }

  /**
   * One pass over all processes. The snapshot is valid until the next pass.
   *
   * @throws {SourceError} when there is no procfs
   */
  scan(): ProcessSnapshot {
    this.passes++;
    const pids = this.listPids();
    const denials = new Denials();
    let looks = 0;
    this.rotate();
    for (const group of this.groups.values()) group.clear();
    for (const pid of pids) {
      try {
        if (this.visit(pid, looks < NEW_MOST)) looks++;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        // Processes end at any moment.
        if (error.code !== 'absent') denials.add(error);
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

  private listPids(): number[] {
    try {
      return readdirSync(this.procfs).filter(isNumber).map(Number);
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
      this.readStat(entry);
    } catch (error) {
      this.drop(entry);
      if (!(error instanceof SourceError) || error.code !== 'absent') throw error;
      // It ended, but the number is listed: another process may have it by now.
      return this.admit(pid, mayLook);
    }
    const ended = line.state === ZOMBIE;
    const changed = line.identity !== entry.identity && !line.kernel && !ended;
    const look = (changed || entry.young) && !ended;
    if (ended) entry.inspection = NOTHING;
    entry.ended = ended;
    entry.seenIn = this.passes;
    entry.identity = line.identity;
    if (look && mayLook) {
      entry.young = changed;
      this.look(entry);
    } else if (changed) {
      entry.young = true;
    }
    this.count(entry);
    return look && mayLook;
  }

  private admit(pid: number, mayLook: boolean): boolean {
    const stat = this.openStat(pid);
    try {
      this.readStat(stat);
      const { identity, kernel } = this.line;
      const group = this.line.state === ZOMBIE ? this.groupOfZombie(pid) : this.groupOf(pid);
      const ended = this.line.state === ZOMBIE;
      const known = { ...stat, seenIn: this.passes, identity, kernel, ended, group };
      const entry: Entry = { pid, ...known, inspection: NOTHING, young: !kernel && !ended };
      if (mayLook && !ended) this.look(entry);
      this.entries.set(pid, entry);
      this.queue.push(entry);
      this.count(entry);
      return mayLook;
    } catch (error) {
      this.closeStat(stat);
      throw error;
    }
  }

  private look(entry: Entry): void {
    entry.group = this.groupOf(entry.pid);
    // Threads of the kernel have no executable, and no namespace but the host's.
    if (entry.kernel) return;
    entry.inspection = inspect(this.procfs, entry.pid, this.mayTrace(), entry.group.place !== undefined);
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
    const own = this.groupOf(pid);
    if (own.place !== undefined || own.membership.v1.size === 0) return own;
    return this.entries.get(this.line.parent)?.group ?? own;
  }

  private groupOf(pid: number): ProcessGroup {
    const name = `proc/${pid}/cgroup`;
    const text = readSmall(join(this.procfs, String(pid), 'cgroup'), name).toString('latin1');
    const known = this.groups.get(text);
    if (known !== undefined) return known;
    const membership = this.absolute(parseMembership(text, name));
    const group = new ProcessGroup(placeOfMember(membership), membership);
    this.groups.set(text, group);
    return group;
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
    return /:\/\.\.(\/|$)/m.test(
      readSmall(join(this.procfs, '1/cgroup'), 'proc/1/cgroup').toString('latin1'),
    );
  }

  private rotate(): void {
    const share = Math.ceil(this.queue.length / ROTATION_SHARE);
    const due = this.queue.splice(0, Math.min(ROTATION_MOST, Math.max(ROTATION_LEAST, share)));
    for (const entry of due) {
      if (this.entries.get(entry.pid) !== entry) continue;
      this.queue.push(entry);
      if (entry.ended) continue;
      try {
        this.look(entry);
      } catch (error) {
        // It ended during this pass, and the next one will drop it.
        if (!(error instanceof SourceError) || error.code !== 'absent') throw error;
      }
    }
  }

  private snapshot(denials: Denials): ProcessSnapshot {
    const inUse = new Set<ProcessGroup>();
    for (const { group, inspection } of this.entries.values()) {
      inUse.add(group);
      for (const error of inspection.errors) denials.add(error);
    }
    for (const [text, group] of this.groups) if (!inUse.has(group)) this.groups.delete(text);
    return { processes: this.entries.values(), groups: inUse, errors: denials.list() };
  }

  private mayTrace(): boolean {
    this.tracer ??= hasTraceCapability(this.procfs);
    return this.tracer;
  }

  /** Without a descriptor when no more may be kept: the file is then opened at each pass. */
  private openStat(pid: number): StatFile {
    const file: StatFile = {
      path: `${this.procfs}/${pid}/stat`,
      name: `proc/${pid}/stat`,
      descriptor: undefined,
    };
    this.freeDescriptors ??= descriptorBudget(this.procfs);
    if (this.freeDescriptors <= 0) return file;
    file.descriptor = openFile(file.path, file.name);
    this.freeDescriptors--;
    return file;
  }

  private readStat({ path, name, descriptor }: StatFile): void {
    const bytes = descriptor === undefined ? readSmall(path, name) : readOpen(descriptor, name);
    parseStatLine(bytes, name, this.line);
  }

  private closeStat(file: StatFile): void {
    if (file.descriptor === undefined) return;
    closeSync(file.descriptor);
    file.descriptor = undefined;
    this.freeDescriptors = (this.freeDescriptors ?? 0) + 1;
  }

  private drop(entry: Entry): void {
    this.closeStat(entry);
    if (this.entries.get(entry.pid) === entry) this.entries.delete(entry.pid);
  }
}

function isNumber(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}
