/** Sums and judgements over what was measured: pure. */
import { median } from '../../common/statistics.ts';
import type { Scrape } from './admitted.ts';

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** How long scrapes took, in milliseconds; those that failed count with the time that was waited. */
export function latencies(scrapes: readonly Scrape[]) {
  const ms = scrapes.map((scrape) => scrape.ms);
  return {
    scrapes: scrapes.length,
    failed: scrapes.filter(({ failure }) => failure !== undefined).length,
    'p50 ms': quantile(ms, 0.5),
    'p99 ms': quantile(ms, 0.99),
    'max ms': Math.max(...ms),
  };
}

export interface Sample {
  readonly minute: number;
  readonly mebibytes: number;
}

/** From then on memory is to be flat. */
const SETTLED_MINUTE = 5;
/** Less than that is left for a judgement: none. */
const LEAST_MINUTES = 4;
/** What the heap varies by anyway from one collection of garbage to the next. */
const TOLERANCE_MEBIBYTES = 8;

export interface Flatness {
  /** MiB a minute: the median slope between any two samples (Theil and Sen), which a spike does not move. */
  readonly slope: number;
  /** MiB that this adds up to over the time judged. */
  readonly growth: number;
  /** Undefined when the time was too short to tell. */
  readonly isFlat: boolean | undefined;
}

export function flatness(samples: readonly Sample[]): Flatness {
  const settled = samples.filter(({ minute }) => minute >= SETTLED_MINUTE);
  const slopes = settled.flatMap((a, i) =>
    settled.slice(i + 1).map((b) => (b.mebibytes - a.mebibytes) / (b.minute - a.minute)),
  );
  const slope = median(slopes);
  const minutes = (settled.at(-1)?.minute ?? 0) - (settled[0]?.minute ?? 0);
  if (minutes < LEAST_MINUTES) return { slope, growth: Number.NaN, isFlat: undefined };
  const growth = slope * minutes;
  return { slope, growth, isFlat: growth <= TOLERANCE_MEBIBYTES };
}

/** The highest of each minute. */
export function byMinute(samples: readonly Sample[]): number[] {
  const most: number[] = [];
  for (const { minute, mebibytes } of samples) {
    const i = Math.floor(minute);
    most[i] = Math.max(most[i] ?? 0, mebibytes);
  }
  return most;
}
