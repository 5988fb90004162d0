/** Alarms that scores raise, and which events they find. */

import { NORMAL } from '../table/series.ts';
import { type AlarmRule, AlarmState } from './alarm-state.ts';
import type { Event, HeldOutSeries } from './held-out.ts';

/** Scores of a node's rows, larger for what is more unusual; NaN for a row that has none. */
export type Scores = Float32Array;

/** What a threshold makes of the scores of one node. */
export interface Alarms {
  /** For each row, whether the alarm is on. */
  readonly isOn: readonly boolean[];
  /** Times that it was raised. */
  readonly raised: number;
}

/**
 * The alarms of one node; rows that are not held out raise none and end none.
 *
 * @param rule when rows become an alarm; the detector's own if it is not given
 */
export function alarmsOf(
  scores: Scores,
  { kinds }: Pick<HeldOutSeries, 'kinds'>,
  threshold: number,
  rule?: AlarmRule,
): Alarms {
  const state = new AlarmState(rule);
  let raised = 0;
  let before = false;
  const isOn = kinds.map((kind, row) => {
    if (kind === undefined) return false;
    const now = state.next((scores[row] as number) > threshold);
    if (now && !before) raised++;
    before = now;
    return now;
  });
  return { isOn, raised };
}

/** How an event was found. */
export interface Finding {
  readonly event: Event;
  readonly isFound: boolean;
  /** Rows from its first to the one in which the alarm was on for its sake; undefined when it was not found. */
  readonly delay: number | undefined;
}

/** How alarms are raised, and what scores look at. */
export interface Watching {
  /** When rows become an alarm; the detector's own if it is not given. */
  readonly rule?: AlarmRule;
  /** Rows that a score looks at, its own among them. */
  readonly window?: number;
}

/** The first row of an event in which scores see nothing of an attack before it any more. */
function clearFrom({ rows, name }: Event, { rows: { facts } }: HeldOutSeries, window: number): number {
  const [first = 0] = rows;
  for (let row = first - 1; row > first - window && row >= 0; row--) {
    const { label = null, episode = null } = facts[row] ?? {};
    if (label !== null && label !== NORMAL && episode !== name) return row + window;
  }
  return first;
}

/**
 * Which events were found: the alarm is on in one of their rows, after at least one of their own rows was above the threshold. An
 * alarm that is left over from before finds nothing, and neither does a row that still sees the attack before.
 */
export function findingsOf(
  events: readonly Event[],
  scores: readonly Scores[],
  all: readonly HeldOutSeries[],
  threshold: number,
  { rule, window = 1 }: Watching = {},
): Finding[] {
  const alarms = all.map((own, i) => alarmsOf(scores[i] as Scores, own, threshold, rule));
  return events.map((event) => {
    const own = scores[event.series] as Scores;
    const isOn = alarms[event.series]?.isOn ?? [];
    const clear = clearFrom(event, all[event.series] as HeldOutSeries, window);
    let isOwn = false;
    const delay = event.rows.findIndex((row) => {
      isOwn ||= row >= clear && (own[row] as number) > threshold;
      return isOwn && isOn[row] === true;
    });
    return { event, isFound: delay >= 0, delay: delay < 0 ? undefined : delay };
  });
}

/** Thresholds that are tried one by one; below them each is a hundredth further down the list. */
const TRIED = 1_000;
const FURTHER = 1.01;

/** Different scores of rows that are held out, descending; not all of very many. */
function candidates(scores: readonly Scores[], all: readonly HeldOutSeries[]): number[] {
  const values = scores.flatMap((own, i) =>
    Array.from(own).filter((score, row) => all[i]?.kinds[row] !== undefined && !Number.isNaN(score)),
  );
  const descending = [...new Set(values)].sort((a, b) => b - a);
  const places: number[] = [];
  for (let at = 0; at < descending.length; at = at < TRIED ? at + 1 : Math.ceil(at * FURTHER))
    places.push(at);
  return places.map((at) => descending[at] as number);
}

/**
 * The lowest threshold that raises no more alarms than are allowed, as does every higher one: so that methods can be compared at
 * the same false alarms.
 *
 * @param all nodes in which nothing happened, with their scores
 * @returns infinity when there are none
 */
export function thresholdFor(
  scores: readonly Scores[],
  all: readonly HeldOutSeries[],
  allowed: number,
): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const threshold of candidates(scores, all)) {
    const raised = scores.reduce((sum, own, i) => {
      const series = all[i];
      return series === undefined ? sum : sum + alarmsOf(own, series, threshold).raised;
    }, 0);
    if (raised > allowed) break;
    lowest = threshold;
  }
  return lowest;
}
