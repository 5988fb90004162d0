import { formatTime } from '../../common/times.ts';
import type { Bins } from './bins.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEKS = 7 * DAY;

const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2].map((n) => n * DAY),
];

export interface TimeTick {
  /** From 0 at the beginning to 1 at the end. */
  readonly share: number;
  readonly label: string;
}

function stepFor(spanMs: number, wanted: number): number {
  const known = STEPS.find((step) => spanMs / step <= wanted);
  return known ?? WEEKS * Math.ceil(spanMs / wanted / WEEKS);
}

/** `03-29` at midnight, else the time of day, as exact as the step. */
function labelOf(ms: number, step: number): string {
  const text = formatTime(ms);
  if (ms % DAY === 0) return text.slice(5, 10);
  return step < MINUTE ? text.slice(11, 19) : text.slice(11, 16);
}

/** At most so many round times (UTC) of the report's span. */
export function timeTicks(bins: Bins, wanted: number): TimeTick[] {
  const step = stepFor(bins.endMs - bins.startMs, wanted);
  const first = Math.ceil(bins.startMs / step) * step;
  const ticks: TimeTick[] = [];
  for (let ms = first; ms <= bins.endMs; ms += step)
    ticks.push({ share: bins.share(ms), label: labelOf(ms, step) });
  return ticks;
}

/** A time for people: `2026-03-29 00:15:30`, UTC. */
export function readableTime(ms: number): string {
  return formatTime(ms).slice(0, 19).replace('T', ' ');
}
