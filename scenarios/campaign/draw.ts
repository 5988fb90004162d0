/** What a campaign draws by its seed. */
import type { Range } from './plan-schema.ts';

export type Random = () => number;

/** Shuffles by Fisher and Yates. */
export function shuffled<T>(values: readonly T[], random: Random): T[] {
  const copy = [...values];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

export const drawn = ({ min, max }: Range, random: Random) => min + (max - min) * random();

export const rounded = (value: number, range: Range, unit: number) =>
  Math.min(range.max, Math.max(range.min, Math.round(value / unit) * unit));

/** Whole seconds, or what there is of one: a timetable is for reading. */
export const drawnMs = (range: Range, random: Random) => rounded(drawn(range, random), range, 1000);
