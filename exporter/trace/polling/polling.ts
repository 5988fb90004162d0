import { readFileSync } from 'node:fs';
import type { Hierarchy } from '../../cgroups/hierarchy.ts';
import { isNestedNode } from '../../cgroups/node.ts';
import { placeOf } from '../../cgroups/place.ts';
import { CgroupTable } from '../../cgroups/table.ts';
import { statField } from '../../parsers/process-stat.ts';
import { processIds } from '../attribution/tasks.ts';
import { familyTree, type Inhabitant, SOMETHING_OF_HOST } from '../descent/family-tree.ts';
import { inhabitantOf } from '../descent/inhabitant.ts';
import { ContainerLives } from '../descent/lives.ts';
import type { ExecEvent } from '../events/events.ts';
import type { EventListener, ExecSource, ExecStats } from '../events/source.ts';
import { Trouble } from '../events/trouble.ts';
import { executableOf } from '../paths/exec-path.ts';
import { monotonicNs } from '../ring/trace-reader.ts';

const INTERVAL_MS = 1000;

/** Known processes that are looked at again in one round, besides those of the last round. */
const CHECKS_PER_ROUND = 128;

export interface PollingOptions {
  readonly procfs: string;
  /** The agent's own process, whose programs are no events. */
  readonly agent?: number | undefined;
  /** Whose cgroups the events shall name; without it, none. */
  readonly hierarchy: Hierarchy | undefined;
}

/** What tells one program in one process from another. */
interface Program {
  readonly started: string;
  readonly comm: string;
  readonly executable: string | undefined;
  readonly parent: number;
  /** Whether the agent started it, or something that it started. */
  readonly isAgents: boolean;
}

function readProgram(procfs: string, pid: number): Program | undefined {
  let text: string;
  try {
    text = readFileSync(`${procfs}/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // gone
  }
  const parent = Number(statField(text, 4));
  const started = statField(text, 22) ?? '';
  const comm = text.slice(text.indexOf('('), text.lastIndexOf(')'));
  return { started, comm, executable: executableOf(procfs, pid), parent, isAgents: false };
}

function sameProgram(a: Program, b: Program | undefined): boolean {
  return a.comm === b?.comm && a.executable === b.executable;
}

/**
 * Program starts by looking at /proc each second, for where tracefs cannot be had.
 *
 * It sees what lives long enough: of 3,000 short programs, 1. A new process counts as a program start unless it runs its parent's program;
 * one seen before, when its name or executable has changed. TCP connects and out-of-memory kills it does not see.
 */
class PollingSource implements ExecSource {
  readonly unseen: ExecSource['unseen'] = new Set(['connect', 'oom']);
  readonly #procfs: string;
  readonly #agent: number | undefined;
  readonly #cgroups: CgroupTable | undefined;
  readonly #lives: ContainerLives;
  readonly #listener: EventListener;
  readonly #trouble = new Trouble();
  readonly #timer: NodeJS.Timeout;
  #programs = new Map<number, Program>();
  #young = new Set<number>();
  #turn = 0;
  #execs = 0;
  #unattributed = 0;
  #starts = 0;

  constructor({ procfs, hierarchy, agent }: PollingOptions, listener: EventListener) {
    this.#listener = listener;
    this.#procfs = procfs;
    this.#agent = agent;
    this.#cgroups = hierarchy === undefined ? undefined : new CgroupTable(procfs, hierarchy);
    const isNested = isNestedNode(procfs);
    this.#lives = new ContainerLives(({ path }) => {
      const place = placeOf(path, isNested);
      return place?.containerId === undefined ? undefined : place.path;
    });
    for (const pid of processIds(procfs)) {
      const program = readProgram(procfs, pid);
      if (program !== undefined) this.#programs.set(pid, program);
    }
    this.#timer = setInterval(() => this.#poll(), INTERVAL_MS).unref();
  }

  drain(): void {
    this.#trouble.tell();
  }

  /** What a runtime was told is not to be had a second later. */
  async launchOf(): Promise<undefined> {
    return undefined;
  }

  stats(): ExecStats {
    return {
      execs: this.#execs,
      lost: undefined,
      unattributed: this.#unattributed,
      startsObserved: this.#starts,
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #poll(): void {
    this.#trouble.attempt(() => {
      const events = this.#changes(processIds(this.#procfs));
      this.#execs += events.length;
      this.#unattributed += events.filter(({ cgroup }) => cgroup === undefined).length;
      for (const event of events) this.#listener(event);
    });
  }

  #changes(pids: readonly number[]): ExecEvent[] {
    const programs = new Map<number, Program>();
    const young = new Set<number>();
    const events: ExecEvent[] = [];
    const turns = Math.ceil(pids.length / CHECKS_PER_ROUND);
    this.#turn += 1;
    for (const [i, pid] of pids.entries()) {
      const before = this.#programs.get(pid);
      const due = i % turns === this.#turn % turns || this.#young.has(pid);
      const read = before === undefined || due ? readProgram(this.#procfs, pid) : before;
      if (read === undefined) continue;
      const now = read === before ? before : { ...read, isAgents: this.#isAgents(read, before, programs) };
      programs.set(pid, now);
      if (now === before) continue;
      const isNew = now.started !== before?.started;
      if (isNew) {
        this.#starts += 1;
        young.add(pid);
      }
      const known = isNew ? (programs.get(now.parent) ?? this.#programs.get(now.parent)) : before;
      if (!now.isAgents && !sameProgram(now, known)) events.push(this.#event(pid, now));
    }
    this.#programs = programs;
    this.#young = young;
    this.#describe(events);
    return events;
  }

  /** Adds where they come from to programs in containers, by all processes of containers as they are now. */
  #describe(events: readonly ExecEvent[]): void {
    if (!events.some(({ cgroup }) => cgroup !== undefined && this.#lives.of(cgroup) !== undefined)) return;
    const tree = familyTree([...this.#programs.keys()].flatMap((pid) => this.#inhabitant(pid) ?? []));
    for (const event of events) {
      const program = tree.get(event.pid);
      const maker = this.#programs.get(event.pid)?.parent;
      if (program === undefined || maker === undefined) continue;
      const path = this.#programs.get(maker)?.executable ?? '';
      Object.assign(event, { program, maker, parent: tree.get(maker) ?? { ...SOMETHING_OF_HOST, path } });
    }
    if (this.#lives.areMany) this.#lives.keep(new Set([...tree.values()].map(({ life }) => life)));
  }

  #inhabitant(pid: number): Inhabitant | undefined {
    const cgroup = this.#cgroups?.of(pid);
    const life = cgroup && this.#lives.of(cgroup);
    return life && inhabitantOf(this.#procfs, pid, life);
  }

  /** As the first process of a container the agent is also the parent of orphans that it did not start. */
  #isAgents(now: Program, before: Program | undefined, programs: ReadonlyMap<number, Program>): boolean {
    if (before?.started === now.started) return before.isAgents;
    const maker = programs.get(now.parent) ?? this.#programs.get(now.parent);
    return maker?.isAgents === true || (now.parent === this.#agent && now.parent !== 1);
  }

  #event(pid: number, { executable }: Program): ExecEvent {
    return {
      kind: 'exec',
      timeNs: monotonicNs(),
      pid,
      path: executable,
      absolutePath: executable,
      cgroup: this.#cgroups?.of(pid),
    };
  }
}

/**
 * Follows program starts by polling, as {@link ExecSource} but with gaps; the timer does not keep the process alive.
 *
 * @throws {SourceError} when `/proc` cannot be read
 */
export function openPollingSource(options: PollingOptions, listener: EventListener): ExecSource {
  return new PollingSource(options, listener);
}
