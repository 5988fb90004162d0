import { type Ms, wholeMs } from '../../common/ms.ts';

/** A series must have been absent for so long before its first sample can be its birth: Prometheus' own lookback. */
const BIRTH_LOOKBACK_MS = 300_000;
/** A series that comes back after no longer than this goes on, and is not born. */
export const REMEMBERED_MS = 900_000;

/** How long before its birth a series must have been absent, for a column of this window. */
export function birthLookback(windowMs: number, freshnessMs: number): number {
  return Math.max(BIRTH_LOOKBACK_MS, windowMs + freshnessMs);
}

/** How far back of a row samples can matter: of a birth at the beginning of its window, what was there before it. */
export function leadIn(longestWindowMs: number, freshnessMs: number): Ms {
  const lookbackMs = Math.max(REMEMBERED_MS, birthLookback(longestWindowMs, freshnessMs));
  return wholeMs(longestWindowMs + freshnessMs + lookbackMs);
}
