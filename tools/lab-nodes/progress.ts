/** How far a campaign is, in one line. */
import { formatDuration } from '../../common/duration.ts';
import { type Item, lengthOf } from './plan.ts';

/** What a node has left. */
export interface Left {
  /** The first is on. */
  readonly items: readonly Item[];
  /** Since when. */
  readonly sinceMs: number;
}

const ROUNDED_MS = 10_000;

function leftMs({ items, sinceMs }: Left, nowMs: number): number {
  const [current, ...others] = items;
  if (current === undefined) return 0;
  return lengthOf(others) + Math.max(0, lengthOf([current]) - (nowMs - sinceMs));
}

/** @param all episodes of the plan, those of earlier runs too */
export function progressLine(nodes: readonly Left[], all: number, nowMs: number): string {
  const episodes = nodes.flatMap(({ items }) => items).filter(({ kind }) => kind === 'episode').length;
  const longestMs = Math.max(0, ...nodes.map((node) => leftMs(node, nowMs)));
  const left = formatDuration(Math.ceil(longestMs / ROUNDED_MS) * ROUNDED_MS);
  return `${all - episodes} of ${all} episodes, about ${left} left`;
}
