/** The ground truth: who was under which scenario, from when to when. */

import type { EpisodeLine, Involvement, ScenarioRole, Subject } from '../../dataset/episodes/contract.ts';

/**
 * A line that a scenario writes; its start is written down before its cause begins. Its end is the moment after its effect stopped, when it
 * is over. While it is on, the end is the last moment at which it can still have an effect, so that the truth stays true if nobody is
 * left to write it.
 */
export type ScenarioLine = EpisodeLine<ScenarioRole>;

/** Whom an episode affects, and what a pod has to do with it. */
export interface Affected extends Subject {
  readonly involvement?: Involvement | undefined;
}

/**
 * What a pod has to do with an episode: as it was told, else what it mostly is. A node has no involvement, and nobody
 * has one in a benign workload unless that was told.
 */
function involvementIn(
  role: ScenarioRole,
  { pod, involvement }: Affected,
  mostly: Involvement,
): { readonly involvement?: Involvement } {
  if (involvement !== undefined && pod !== '') return { involvement };
  return pod !== '' && role === 'attack' ? { involvement: mostly } : {};
}

/** The line of whom an episode is done on: in a pod the attacker, unless it was told otherwise. */
export function ownLine(line: ScenarioLine): ScenarioLine {
  return { ...line, ...involvementIn(line.role, line, 'attacker') };
}

/**
 * The lines of an episode that affects others beside the subject of the one given: all with the same times, and in the same
 * cluster unless they tell another. Pods among them are victims, unless they were told otherwise.
 */
export function linesFor(
  { involvement, ...line }: ScenarioLine,
  affects: readonly Affected[],
): ScenarioLine[] {
  const others = affects.map((affected) => {
    const { cluster = line.cluster, node, namespace, pod } = affected;
    return {
      ...line,
      ...(cluster !== undefined && { cluster }),
      ...{ node, namespace, pod },
      ...involvementIn(line.role, affected, 'victim'),
    };
  });
  return [{ ...line, ...(involvement !== undefined && { involvement }) }, ...others];
}

const LONGEST_CLUSTER = 200;

/** Whether a text can be a cluster's name in a file of lines and as a label: nothing in it is lost or unseen. */
export function isClusterName(text: string): boolean {
  return text !== '' && text.length <= LONGEST_CLUSTER && text.trim() === text && !/\p{C}/u.test(text);
}

export const CLUSTER_NAME = `must be 1 to ${LONGEST_CLUSTER} printable characters`;

/** How long after its time a scenario may take to undo what it did. */
export const UNDO_MS = 10_000;

/** A moment has no rows: an episode lasts for a millisecond at least. */
export function endedAt(line: ScenarioLine, nowMs: number): ScenarioLine {
  return { ...line, endMs: Math.max(nowMs, line.startMs + 1) };
}
