/** Which series were scraped of one target, and what must not be two of them at once. */

import { compare, groupBy } from '../../../common/collections.ts';
import { BuilderError } from '../../../common/errors.ts';
import { formatTime } from '../../../common/times.ts';
import type { PlannedColumn } from '../../../dataset/model/rows.ts';
import type { Plan } from '../../plan/model.ts';
import { type RawSeries, seriesKey } from '../../samples/series.ts';
import { differenceOf, interleavedAt, replicaOf, twins } from './replicas.ts';

/**
 * A target's series of one metric, as one replica of Prometheus stored them; several on a node follow each other when
 * its exporter gets a new address.
 */
export interface Target {
  readonly key: string;
  readonly replica: string;
  readonly instance: string;
  readonly series: RawSeries[];
}

/** Two samples that lie at most so many scrape intervals apart are of consecutive scrapes. */
const CONSECUTIVE = 1.5;

/** Tells targets apart: by cluster, job, instance, and replica of Prometheus. */
export function targetKey({ labels }: RawSeries, { config: { clusterLabel, replicaLabel } }: Plan): string {
  const replica = replicaOf(labels, replicaLabel);
  return JSON.stringify([labels[clusterLabel] ?? '', labels['job'], labels['instance'], replica]);
}

/**
 * The series by target, each target's in a fixed order, so that sums do not depend on the server's.
 *
 * @throws {BuilderError} `data` where something would be counted twice
 */
export function targetsOf(
  series: readonly RawSeries[],
  node: string,
  columns: readonly PlannedColumn[],
  plan: Plan,
): Target[] {
  const ordered = series
    .map((each) => ({ each, key: seriesKey(each.labels) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ each }) => each);
  const targets = [...groupBy(ordered, (each) => targetKey(each, plan))].map(([key, own]) => ({
    key,
    replica: replicaOf(own[0]?.labels ?? {}, plan.config.replicaLabel),
    instance: own[0]?.labels['instance'] ?? '',
    series: own,
  }));
  if (targets.length > 1) refuseInterleaved(targets, node, plan);
  for (const target of targets) refuseTwins(target, node, columns, plan);
  return targets;
}

/** Two series of the same thing at once are two replicas of Prometheus, and would be counted twice. */
function refuseTwins(
  { series }: Target,
  node: string,
  [column]: readonly PlannedColumn[],
  { scrapeIntervalMs }: Plan,
): void {
  if (column === undefined) return;
  const apartMs = CONSECUTIVE * scrapeIntervalMs;
  for (const [first, ...others] of twins(column.metric, series)) {
    for (const other of others) {
      const at = first && interleavedAt([first], [other], apartMs);
      if (first === undefined || at === undefined) continue;
      const { labels, text } = differenceOf(first.labels, other.labels);
      throw new BuilderError(
        'data',
        `node ${node} has ${column.metric.name} twice at ${formatTime(at)}, by ${text}: if those are replicas of Prometheus, set replicaLabel: ${labels[0]} in the config, else choose one by selector`,
      );
    }
  }
}

/**
 * Two exporters on one node at the same time would be counted twice. One after the other, as when a pod is
 * replaced, is no trouble: no sample of one then lies between two consecutive samples of the other.
 */
function refuseInterleaved(targets: readonly Target[], node: string, { scrapeIntervalMs }: Plan): void {
  const apartMs = CONSECUTIVE * scrapeIntervalMs;
  for (const one of targets) {
    for (const other of targets) {
      // Replicas scrape at different moments: each tells by itself whether there are two.
      if (one === other || one.replica !== other.replica) continue;
      const at = interleavedAt(one.series, other.series, apartMs);
      if (at === undefined) continue;
      throw new BuilderError(
        'data',
        `node ${node} has two instances at ${formatTime(at)}, ${one.instance} and ${other.instance}: choose one by selector in the config, such as 'instance="${one.instance}"'`,
      );
    }
  }
}
