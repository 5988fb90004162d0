import { parseDurationMs } from '../common/duration.ts';

const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/gs;
const COMMENT = /#[^\n]*/g;
/** The range of a selector or subquery, with or without the resolution of the latter. */
const RANGE = /\[\s*([0-9a-z]+)\s*(?::[^\]]*)?\]/g;
const OFFSET = /\boffset\s+([0-9a-z]+)/g;

/** An expression without its strings and comments, so that what is found in it is no text of the user's. */
export function withoutStrings(promql: string): string {
  return promql.replace(STRING, '""').replace(COMMENT, '');
}

/**
 * How far back an expression looks: all its ranges and offsets together where one stands in another, at least the
 * longest. Lookback, for which a sample counts after it was taken, is not in it.
 */
export function reachOf(promql: string): number {
  const text = withoutStrings(promql);
  const found = (pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([, duration = '']) => parseDurationMs(duration) ?? 0);
  const subqueries = [...text.matchAll(RANGE)].some(([all]) => all.includes(':'));
  const ranges = found(RANGE);
  // The range of a subquery reaches back from each of its steps by the ranges within it.
  const range = subqueries ? ranges.reduce((sum, ms) => sum + ms, 0) : Math.max(0, ...ranges);
  return range + found(OFFSET).reduce((sum, ms) => sum + ms, 0);
}
