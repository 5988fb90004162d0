/** The ground truth: who was under which scenario, from when to when. */

/** What an episode is about: a node, or a pod on it. Without a pod its names are empty. */
export interface Subject {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
}

/** One line of the ground truth: an episode has one for each subject that it affects. */
export interface EpisodeLine extends Subject {
  readonly episode: string;
  readonly scenario: string;
  readonly role: 'attack' | 'benign';
  /** The campaign; empty when somebody asked for the one episode. */
  readonly run: string;
  /** UTC milliseconds; written down before the cause begins. */
  readonly startMs: number;
  /**
   * UTC milliseconds. When it is over, the moment after its effect stopped. While it is on, the last moment at which it can
   * still have an effect, so that the truth stays true if nobody is left to write it.
   */
  readonly endMs: number;
}

/** The lines of an episode that affects others beside the subject of the one given: all with the same times. */
export function linesFor(line: EpisodeLine, affects: readonly Subject[]): EpisodeLine[] {
  return [line, ...affects.map(({ node, namespace, pod }) => ({ ...line, node, namespace, pod }))];
}

/** How long after its time a scenario may take to undo what it did. */
export const UNDO_MS = 10_000;

/** A moment has no rows: an episode lasts for a millisecond at least. */
export function endedAt(line: EpisodeLine, nowMs: number): EpisodeLine {
  return { ...line, endMs: Math.max(nowMs, line.startMs + 1) };
}
