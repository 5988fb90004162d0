import type { Page } from './page.ts';
import type { Reading } from './readings.ts';

const nameOf = ({ metric, labels }: Reading) => {
  const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text.length === 0 ? metric : `${metric}{${text.join(',')}}`;
};

/** How many values were held against the kernel's, and which of them it denies. */
export interface Comparison {
  readonly compared: number;
  readonly wrong: readonly string[];
}

/**
 * Holds the values of a page between what the kernel's files said just before and just after it: whatever went on
 * meanwhile, a right value lies between.
 */
export function compare(page: Page, before: readonly Reading[], after: readonly Reading[]): Comparison {
  const later = new Map(after.map((reading) => [nameOf(reading), reading.value]));
  const wrong: string[] = [];
  let compared = 0;
  for (const reading of before) {
    const { metric, labels, value, slack } = reading;
    const name = nameOf(reading);
    const end = later.get(name);
    if (end === undefined) continue;
    compared += 1;
    const exposed = page.sum(metric, labels);
    const [low, high] = [Math.min(value, end) - slack, Math.max(value, end) + slack];
    if (exposed === undefined || exposed < low || exposed > high) {
      wrong.push(`${name} is ${exposed ?? 'absent'}, the kernel had ${value} before and ${end} after`);
    }
  }
  return { compared, wrong };
}
