/** Where programs come from that were there before the trace: from `/proc`, which has fewer of the answers. */
import { descend, isStarting, type Origin, type Start } from './descend.ts';
import { hasManyNames, isShellName } from './names.ts';
import type { ContainerLife, Program } from './program.ts';

/** A process of a container as /proc shows it. */
export interface Inhabitant {
  readonly pid: number;
  readonly parent: number;
  /** When it was made, on CLOCK_MONOTONIC. */
  readonly startedNs: number;
  /** Empty when it is not known. */
  readonly executable: string;
  /** The name that the kernel gave it at its exec, unless it took another. */
  readonly name: string;
  readonly life: ContainerLife;
}

/** What a process of the host runs whose program nobody has asked for. */
export const SOMETHING_OF_HOST: Program = {
  path: '',
  pid: 0,
  life: undefined,
  descent: undefined,
  injection: undefined,
  isShell: false,
};

/** The first process of a container, which may have been known before: then a part of the trace was lost. */
function begin(life: ContainerLife, startedNs: number): Origin {
  life.beganNs = Math.min(life.beganNs ?? startedNs, startedNs);
  return { descent: 'entrypoint', injection: undefined };
}

/** An orphan is given to the first process of its container: what came to be that one's child after the beginning is nobody's for sure. */
function childOf(before: Program, isFirst: boolean, life: ContainerLife, start: Start): Origin {
  const origin = descend(life, start);
  const isDoubtful = before.descent === 'entrypoint' && isFirst && !isStarting(life, start.timeNs);
  return isDoubtful ? { ...origin, descent: 'service' } : origin;
}

/**
 * What each process runs. The eldest of a container that has no parent in it is its entry point's; others without one were started from
 * outside.
 *
 * @param overNs the beginnings of all of these containers are taken for over from then on, as nobody saw whether they listened; undefined: they
 *   last as long as they may
 * @returns by pid
 */
export function familyTree(processes: readonly Inhabitant[], overNs?: number): Map<number, Program> {
  const programs = new Map<number, Program>();
  const firsts = new Map<ContainerLife, number>();
  const inOrder = [...processes].sort((a, b) => a.startedNs - b.startedNs || a.pid - b.pid);
  for (const { pid, parent, startedNs, executable, name, life } of inOrder) {
    const before = programs.get(parent);
    const path = hasManyNames(executable) ? name : executable;
    const isCopy = before?.life === life && before.path === path;
    const start = { path, pid, timeNs: startedNs, before: before ?? SOMETHING_OF_HOST, launcher: undefined };
    const describe = () => {
      if (before?.life === life) return childOf(before, firsts.get(life) === parent, life, start);
      if (firsts.has(life)) return descend(life, start);
      firsts.set(life, pid);
      return begin(life, startedNs);
    };
    programs.set(pid, isCopy ? before : { path, pid, life, ...describe(), isShell: isShellName(path) });
  }
  for (const life of firsts.keys()) life.listensNs ??= overNs;
  return programs;
}
