import { compare, groupBy } from '../../common/collections.ts';
import { median } from '../../common/statistics.ts';
import type { Finding } from '../../learning/measures/alarms.ts';
import { shareInterval } from '../../learning/measures/bootstrap.ts';
import type { Recall } from './result.ts';

/** Values of findings by node. */
export function byNode(
  findings: readonly Finding[],
  of: (finding: Finding, index: number) => number,
): number[][] {
  const values = findings.map((finding, i) => ({ series: finding.event.series, value: of(finding, i) }));
  return [...groupBy(values, ({ series }) => series).values()].map((own) => own.map(({ value }) => value));
}

/** The share of events that were found. */
export function recallOf(findings: readonly Finding[], seed: number): Recall {
  const found = findings.filter(({ isFound }) => isFound);
  const delays = found.flatMap(({ delay }) => delay ?? []);
  return {
    events: findings.length,
    found: found.length,
    recall: findings.length === 0 ? null : found.length / findings.length,
    interval:
      shareInterval(
        byNode(findings, ({ isFound }) => Number(isFound)),
        seed,
      ) ?? null,
    medianDelay: delays.length === 0 ? null : median(delays),
  };
}

/** The same for each class that has events, by name. */
export function recallByClass(findings: readonly Finding[], seed: number): Record<string, Recall> {
  const classes = [...groupBy(findings, ({ event: { label } }) => label)];
  classes.sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(classes.map(([label, own]) => [label, recallOf(own, seed)]));
}
