import { isInShard, type Shard } from '../../dataset/model/shard.ts';
import { escapeRegex } from '../../exporter/catalogue/model/promql.ts';
import type { TimeRange } from '../config/range.ts';
import type { BuildConfig } from '../config/schema.ts';
import type { Pseudonyms } from '../names/pseudonyms.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { jobMatcher } from '../prometheus/selectors.ts';
import type { Matcher, SeriesSelector } from '../samples/series.ts';

/** The series of the shard's nodes; those without a node go to the first shard, which complains of them. */
export async function matchersOfShard(
  { nodeLabel, selector }: BuildConfig,
  shard: Shard | undefined,
  prometheus: Prometheus,
  anyMetric: SeriesSelector,
  jobs: readonly string[],
  { startMs, endMs }: TimeRange,
  pseudonyms: Pseudonyms | undefined,
): Promise<Matcher[]> {
  if (shard === undefined) return [];
  const up = { metric: 'up', matchers: [jobMatcher(jobs), ...selector] };
  const found = [
    ...(await prometheus.labelValues(nodeLabel, anyMetric, startMs, endMs)),
    ...(await prometheus.labelValues(nodeLabel, up, startMs, endMs)),
  ];
  const shown = (node: string) => pseudonyms?.of('node', node) ?? node;
  const own = [...new Set(found)].filter((node) => isInShard(shown(node), shard)).sort();
  const nobody = '-';
  const values = shard.index === 0 ? ['', ...own] : own.length === 0 ? [nobody] : own;
  return [{ name: nodeLabel, operator: '=~', value: values.map(escapeRegex).join('|') }];
}
