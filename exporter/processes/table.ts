import { readdirSync } from 'node:fs';
import { basename } from 'node:path/posix';
import { SourceError, sourceError } from '../base/errors.ts';
import { ifPresent } from '../base/sources.ts';
import { HangGuard } from '../kernel/hang-guard.ts';
import { type KeptFile, KeptFiles } from '../kernel/kept-files.ts';
import { readSmall, smallFileBuffer } from '../kernel/kernel-file.ts';
import { Unseen } from '../kernel/unseen.ts';
import { CarefulStat } from './careful-stat.ts';
import { Denials } from './denials.ts';
import { Entry, hasEnded, NOTHING } from './entry.ts';
import type { ProcessGroup } from './group.ts';
import { Groups } from './groups.ts';
import { type Inspection, inspect } from './inspection.ts';
import { credentials, executableVersion } from './quick-check.ts';
import { Rotation, type Share } from './rotation.ts';
import { parseStatLine, type StatLine } from './stat-line.ts';
import { NOT_COUNTED, timesRun as timesRunOf } from './times-run.ts';
import { hasTraceCapability } from './trace-capability.ts';

/** A process as it was seen last. */
export interface Process {
  readonly pid: number;
  readonly group: ProcessGroup;
  readonly inspection: Inspection;
  /** Index into {@link PROCESS_STATES}. */
  readonly stateIndex: number;
  /** When it started, in ticks of 1/100 s since boot. */
  readonly startTicks: number;
}

/** All processes at one moment. */
export interface ProcessSnapshot {
  readonly processes: Iterable<Process>;
  /** The processes counted by cgroup; several groups may lie in one container. */
  readonly groups: Iterable<ProcessGroup>;
  /** What could not be read, one error for each kind of file. */
  readonly errors: readonly SourceError[];
  /** When the youngest process that was ever seen started: who starts later is new. */
  readonly newestTicks: number;
}

const [ZERO, NINE] = ['0', '9'].map((digit) => digit.charCodeAt(0)) as [number, number];

/** Quick checks see what a process can change by itself, or have done to it. */
const QUICK_CHECKS: Share = { of: 16, least: 32, most: 256 };
/** Full looks see cgroup and namespace as well, which change for few after their start. */
const LOOKS: Share = { of: 128, least: 4, most: 32 };

/** New or changed processes that are looked at in one pass; in a fork bomb the others wait for the next ones. */
const NEW_MOST = 1_024;

/**
 * The processes of the host, kept from one scrape to the next.
 *
 * Each pass asks of every process whether it ran since the pass before, and if it did reads its stat: who did not
 * run is in the state that it was in, but for what was woken and waits for a CPU this very moment. The rest (cgroup,
 * namespaces, executable, status) is read when a process is new, again in the pass after that, when it runs another
 * program, and in rotation: credentials, tracers and deletions show in no other way.
 */
export class ProcessTable {
  readonly procfs: string;
  private readonly groups: Groups;
  private readonly files: KeptFiles;
  readonly links: CarefulStat;
  readonly unseen: Unseen;
  private readonly entries = new Map<number, Entry>();
  /** Those that something could not be read of. */
  private readonly troubled = new Set<Entry>();
  /** Those that are no threads of the kernel: what is known of these does not change. */
  private readonly programs = new Map<number, Entry>();
  private readonly toCheck = new Rotation(this.programs, QUICK_CHECKS);
  private readonly toLook = new Rotation(this.programs, LOOKS);
  private passes = 0;
  private newestTicks = 0;
  private tracer: boolean | undefined;
  private readonly buffer = smallFileBuffer();
  private readonly line: StatLine = { state: 0, parent: 0, kernel: false, identity: 0, startTicks: 0 };

  /**
   * @param paths where the host's procfs and sysfs are mounted
   * @param files how many files may be kept open, with others who keep some
   * @param guard for executables whose filesystem may not answer
   * @param unseen counts what of a process could not be looked at
   */
  constructor(
    paths: { readonly procfs: string; readonly sysfs: string },
    files: KeptFiles = new KeptFiles(paths.procfs),
    guard = new HangGuard(),
    unseen = new Unseen(),
  ) {
    this.procfs = paths.procfs;
    this.groups = new Groups(paths);
    this.files = files;
    this.links = new CarefulStat(guard);
    this.unseen = unseen;
    unseen.expect('process_unread', 'namespace_unread');
  }

  /**
   * One pass over all processes. The snapshot is valid until the next pass.
   *
   * @throws {SourceError} when there is no procfs
   */
  scan(): ProcessSnapshot {
    this.passes++;
    const news = this.links.beginPass();
    const names = this.list();
    const denials = new Denials();
    if (!names.includes('1')) denials.add(hidden());
    let looks = 0;
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
    for (const folder of news) {
      const entry = this.entries.get(Number(basename(folder)));
      if (entry?.ended === false) tolerate(() => this.look(entry), denials);
    }
    const toCheck = [...this.toCheck.due()].filter(({ ended }) => !ended);
    this.links.prepare(toCheck.map(({ pid }) => `${this.procfs}/${pid}`));
    for (const entry of toCheck) tolerate(() => this.quickCheck(entry), denials);
    for (const entry of this.toLook.due()) {
      if (!entry.ended) tolerate(() => this.look(entry), denials);
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
    try {
      entry.seenIn = this.passes;
      if (!entry.young && !this.ran(entry)) return false;
      entry.stat ??= this.open(pid, 'stat');
      parseStatLine(this.buffer, this.files.read(entry.stat, this.buffer), entry.stat.name, this.line);
    } catch (error) {
      this.drop(entry);
      if (!(error instanceof SourceError) || error.code !== 'absent') throw error;
      // It ended, but the number is listed: another process may have it by now.
      return this.admit(pid, mayLook);
    }
    return this.revisit(entry, mayLook);
  }

  /** Whether the process was on a CPU since its stat was read, or may have been. */
  private ran(entry: Entry): boolean {
    if (entry.clock === undefined) return true;
    const times = timesRunOf(this.buffer, this.files.read(entry.clock, this.buffer));
    const ran = entry.running || times !== entry.timesRun || times === NOT_COUNTED;
    entry.timesRun = times;
    return ran;
  }

  /** Takes what the stat of a known process says now. */
  private revisit(entry: Entry, mayLook: boolean): boolean {
    const changed = this.line.identity !== entry.identity && !this.line.kernel && !hasEnded(this.line);
    entry.take(this.line);
    this.noteTrouble(entry);
    const look = (changed || entry.young) && !entry.ended && mayLook;
    if (look) {
      entry.young = changed;
      this.look(entry);
    } else if (changed) {
      entry.young = true;
    }
    return look;
  }

  private admit(pid: number, mayLook: boolean): boolean {
    const clock = this.openClock(pid);
    try {
      // Before the stat, so that what the process does after it shows in the clock.
      const timesRun =
        clock === undefined ? NOT_COUNTED : timesRunOf(this.buffer, this.files.read(clock, this.buffer));
      const name = `proc/${pid}/stat`;
      const bytes = readSmall(`${this.procfs}/${pid}/stat`, name);
      const { line, passes: pass } = this;
      parseStatLine(bytes, bytes.length, name, line);
      const ended = hasEnded(line);
      const group = ended ? this.groupOfZombie(pid) : this.groups.of(pid);
      const inspection = mayLook && !ended ? this.inspect(pid, line.kernel, group) : NOTHING;
      const entry = new Entry({ pid, clock, timesRun, pass, line, group, inspection });
      this.noteTrouble(entry);
      this.entries.set(pid, entry);
      if (line.startTicks > this.newestTicks) this.newestTicks = line.startTicks;
      if (!line.kernel) this.programs.set(pid, entry);
      return mayLook;
    } catch (error) {
      this.files.close(clock);
      throw error;
    }
  }

  private open(pid: number, file: string): KeptFile {
    return this.files.open(`${this.procfs}/${pid}/${file}`, `proc/${pid}/${file}`);
  }

  /** Undefined where this kernel counts no such thing, or no more files may be kept: opening it is no cheaper. */
  private openClock(pid: number): KeptFile | undefined {
    const clock = ifPresent(() => this.open(pid, 'schedstat'));
    return clock?.descriptor === undefined ? undefined : clock;
  }

  private look(entry: Entry): void {
    const group = this.groups.of(entry.pid);
    entry.place(group, this.inspect(entry.pid, entry.kernel, group));
    this.noteTrouble(entry);
  }

  /** Threads of the kernel have no executable, and no namespace but the host's. */
  private inspect(pid: number, kernel: boolean, { place }: ProcessGroup): Inspection {
    return kernel ? NOTHING : inspect(this, pid, this.mayTrace(), place !== undefined);
  }

  private noteTrouble(entry: Entry): void {
    if (entry.inspection.errors.length > 0) this.troubled.add(entry);
    else this.troubled.delete(entry);
  }

  /** Looks closely where a quick check shows something else than the one before. */
  private quickCheck(entry: Entry): void {
    const [folder, name] = [`${this.procfs}/${entry.pid}`, `proc/${entry.pid}`];
    const seen = `${this.statusOf(entry)} ${executableVersion(folder, name, this.links.stat)}`;
    if (seen === entry.lastCheck) return;
    entry.lastCheck = seen;
    this.look(entry);
  }

  /** Credentials and tracer, as they were when the process did not run since: then they are the same. */
  private statusOf(entry: Entry): string {
    if (entry.timesRun !== NOT_COUNTED && entry.timesRun === entry.checkedAt) return entry.credentials;
    entry.status ??= this.open(entry.pid, 'status');
    entry.credentials = credentials(this.buffer.subarray(0, this.files.read(entry.status, this.buffer)));
    entry.checkedAt = entry.timesRun;
    return entry.credentials;
  }

  /**
   * On cgroup v1 the kernel moves a process to the root when it ends, so that a zombie that was never seen alive is
   * told by its parent. One that was stays where it was.
   */
  private groupOfZombie(pid: number): ProcessGroup {
    const own = this.groups.of(pid);
    if (own.place !== undefined || !own.hasVersion1) return own;
    return this.entries.get(this.line.parent)?.group ?? own;
  }

  private snapshot(denials: Denials): ProcessSnapshot {
    for (const { inspection } of this.troubled) for (const error of inspection.errors) denials.add(error);
    return {
      processes: this.entries.values(),
      groups: this.groups.inUse(),
      errors: denials.list(),
      newestTicks: this.newestTicks,
    };
  }

  private mayTrace(): boolean {
    this.tracer ??= hasTraceCapability(this.procfs);
    return this.tracer;
  }

  private drop(entry: Entry): void {
    for (const file of [entry.clock, entry.stat, entry.status]) this.files.close(file);
    this.troubled.delete(entry);
    this.links.drop(`${this.procfs}/${entry.pid}`);
    if (this.entries.get(entry.pid) !== entry) return;
    entry.leave();
    this.entries.delete(entry.pid);
    this.programs.delete(entry.pid);
  }
}

/** Process 1 always exists: where it is not to be seen, procfs hides the processes of other users. */
function hidden(): SourceError {
  const message = 'proc/1/stat: process 1 is hidden (hidepid), and so are others';
  return new SourceError('unreadable', 'proc/1/stat', message);
}

function tolerate(action: () => void, denials: Denials): void {
  try {
    action();
  } catch (error) {
    note(error, denials);
  }
}

/** Processes end at any moment: that something of one is absent is no trouble. */
function note(error: unknown, denials: Denials): void {
  if (!(error instanceof SourceError)) throw error;
  if (error.code !== 'absent') denials.add(error);
}
