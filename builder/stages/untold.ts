/** Times of a dataset of which the server did not give what agents tell of themselves. */
import { formatTime, parseRfc3339 } from '../../common/times.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';

export type Untold = NonNullable<Manifest['untold']>;

/** Times that a warning names. */
const SHOWN = 3;

/** Times in order, those that follow each other without a row between as one: the same in however many runs they were lost. */
export function united(times: Untold, stepMs: number): Untold {
  const sorted = [...times].sort((a, b) => (a.start < b.start ? -1 : 1));
  const all: { startMs: number; endMs: number }[] = [];
  for (const { start, end } of sorted) {
    const [startMs = Number.NaN, endMs = Number.NaN] = [start, end].map(parseRfc3339);
    const last = all.at(-1);
    if (last !== undefined && startMs <= last.endMs + stepMs) last.endMs = Math.max(last.endMs, endMs);
    else all.push({ startMs, endMs });
  }
  return all.map(({ startMs, endMs }) => ({ start: formatTime(startMs), end: formatTime(endMs) }));
}

export function untoldWarnings(untold: Untold = []): string[] {
  if (untold.length === 0) return [];
  const shown = untold.slice(0, SHOWN).map(({ start, end }) => `${start} to ${end}`);
  const more = untold.length > SHOWN ? ` and at ${untold.length - SHOWN} other times` : '';
  return [
    `what agents tell of themselves could not be read from ${shown.join(', ')}${more}: machines, and columns that may be incomplete, are not all listed`,
  ];
}
