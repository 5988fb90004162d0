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

/** What was exposed, and the kernel's two readings around it. */
interface Bounds {
  readonly exposed: number;
  readonly low: number;
  readonly high: number;
}

/** Where the series stood that count since the agent started, as first seen of this agent. */
export type Origins = Map<string, Bounds>;

/** How far all three have risen since: the kernel's, as little and as much as they may have. */
function riseSince(origin: Bounds, { exposed, low, high }: Bounds): Bounds {
  return { exposed: exposed - origin.exposed, low: low - origin.high, high: high - origin.low };
}

/**
 * Holds the values of a page between what the kernel's files said just before and just after it: whatever went on
 * meanwhile, a right value lies between.
 *
 * @param origins of the same agent; those that are new are added
 */
export function compare(
  page: Page,
  before: readonly Reading[],
  after: readonly Reading[],
  origins: Origins = new Map(),
): Comparison {
  const later = new Map(after.map((reading) => [nameOf(reading), reading.value]));
  const wrong: string[] = [];
  let compared = 0;
  for (const reading of before) {
    const { metric, labels, value, slack, sinceAgent = false } = reading;
    const name = nameOf(reading);
    const end = later.get(name);
    if (end === undefined) continue;
    compared += 1;
    const exposed = page.sum(metric, labels);
    let bounds = { exposed: exposed ?? Number.NaN, low: Math.min(value, end), high: Math.max(value, end) };
    if (sinceAgent && exposed !== undefined) {
      const origin = origins.get(name) ?? bounds;
      origins.set(name, origin);
      bounds = riseSince(origin, bounds);
    }
    const isRight = bounds.exposed >= bounds.low - slack && bounds.exposed <= bounds.high + slack;
    if (!isRight) {
      const what = sinceAgent ? 'rose by' : 'is';
      wrong.push(
        `${name} ${what} ${exposed === undefined ? 'absent' : bounds.exposed}, the kernel's between ${bounds.low} and ${bounds.high}`,
      );
    }
  }
  return { compared, wrong };
}
