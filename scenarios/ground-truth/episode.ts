/** The ground truth: who was under which scenario, from when to when. */

/** What an episode is about: a node, or a pod on it. Without a pod its names are empty. */
export interface Subject {
  /** As Prometheus has it; absent where nobody tells it, as when there is one cluster. */
  readonly cluster?: string | undefined;
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

/**
 * The lines of an episode that affects others beside the subject of the one given: all with the same times, and in the same
 * cluster unless they tell another.
 */
export function linesFor(line: EpisodeLine, affects: readonly Subject[]): EpisodeLine[] {
  const others = affects.map(({ cluster = line.cluster, node, namespace, pod }) => ({
    ...line,
    ...(cluster !== undefined && { cluster }),
    ...{ node, namespace, pod },
  }));
  return [line, ...others];
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
export function endedAt(line: EpisodeLine, nowMs: number): EpisodeLine {
  return { ...line, endMs: Math.max(nowMs, line.startMs + 1) };
}
