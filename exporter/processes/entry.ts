import type { KeptFile } from '../kernel/kept-files.ts';
import type { ProcessGroup } from './group.ts';
import type { Inspection } from './inspection.ts';
import type { StatLine } from './stat-line.ts';
import { stateIndex } from './state.ts';
import { NOT_COUNTED } from './times-run.ts';

const [ZOMBIE, RUNNING] = ['Z', 'R'].map((letter) => letter.charCodeAt(0));

/** Nothing known yet, or any more. */
export const NOTHING: Inspection = { networkNamespace: undefined, kind: undefined, unknown: [], errors: [] };

/** Whether a process in this state, as its stat has it, tells nothing any more. */
export const hasEnded = ({ state }: StatLine) => state === ZOMBIE;

/** What is known of a process when it is first seen. */
interface FirstSight {
  readonly pid: number;
  /** Its schedstat, where this kernel has it. */
  readonly clock: KeptFile | undefined;
  /** How often it had run before its stat was read. */
  readonly timesRun: number;
  readonly pass: number;
  readonly line: StatLine;
  readonly group: ProcessGroup;
  readonly inspection: Inspection;
}

/**
 * A process in the table. It is counted in its group, from its first sight to `leave`, as what it is at the moment.
 *
 * A class with all fields from the start, because there are a thousand of them: V8 finds a field of objects that were put
 * together in several ways by searching for it, at each access.
 */
export class Entry {
  readonly pid: number;
  readonly kernel: boolean;
  readonly startTicks: number;
  readonly clock: KeptFile | undefined;
  /** Opened when the process is first seen to have run. */
  stat: KeptFile | undefined = undefined;
  /** Opened at the first quick check. */
  status: KeptFile | undefined = undefined;
  /** How often it had run when the stat was read. */
  timesRun: number;
  /** It had or wanted a CPU, so that its state can change without getting one. */
  running: boolean;
  seenIn: number;
  identity: number;
  /** A zombie tells nothing any more. */
  ended: boolean;
  /** Whether the last look was the first: a container's process often moves to its cgroup right after its start. */
  young: boolean;
  /** What the last quick check saw. */
  lastCheck = '';
  /** A part of that, and how often the process had run then. */
  credentials = '';
  checkedAt = NOT_COUNTED;
  #stateIndex: number;
  #group: ProcessGroup;
  #inspection: Inspection;

  constructor({ pid, clock, timesRun, pass, line, group, inspection }: FirstSight) {
    this.pid = pid;
    this.kernel = line.kernel;
    this.startTicks = line.startTicks;
    this.clock = clock;
    this.timesRun = timesRun;
    this.running = line.state === RUNNING;
    this.seenIn = pass;
    this.identity = line.identity;
    this.ended = hasEnded(line);
    this.young = !line.kernel && !this.ended;
    this.#stateIndex = stateIndex(line.state);
    this.#group = group;
    this.#inspection = inspection;
    group.add(this);
  }

  /** Index into {@link PROCESS_STATES}. */
  get stateIndex(): number {
    return this.#stateIndex;
  }

  get group(): ProcessGroup {
    return this.#group;
  }

  get inspection(): Inspection {
    return this.#inspection;
  }

  /** Takes what its stat says now. */
  take(line: StatLine): void {
    this.#group.remove(this);
    this.running = line.state === RUNNING;
    this.identity = line.identity;
    this.ended = hasEnded(line);
    this.#stateIndex = stateIndex(line.state);
    if (this.ended) this.#inspection = NOTHING;
    this.#group.add(this);
  }

  /** Takes what a look found. */
  place(group: ProcessGroup, inspection: Inspection): void {
    this.#group.remove(this);
    this.#group = group;
    this.#inspection = inspection;
    group.add(this);
  }

  /** Is not counted any more. */
  leave(): void {
    this.#group.remove(this);
  }
}
