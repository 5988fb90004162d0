/** How many series a node has, from the catalogue: what Prometheus stores, and what a dataset reads of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { exposedColumns } from '../../builder/config/schema.ts';
import { selectorFor } from '../../builder/prometheus/selectors.ts';
import { groupBy } from '../../common/collections.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import type { LabelValues, MetricSpec } from '../../exporter/catalogue/model/define.ts';
import type { Matcher } from '../../exporter/catalogue/model/promql.ts';
import { processesMetrics } from '../../exporter/catalogue/processes.ts';
import { ROOT } from '../programs/paths.ts';

/** What is on one node. */
export interface NodeShape {
  /** With a network namespace of their own. */
  readonly pods: number;
  readonly containers: number;
  /** Of pods: processes without a container's name. */
  readonly sandboxes: number;
  /** That a pod watch names: their restarts are counted, their pods judged. */
  readonly named: boolean;
  readonly disks: number;
  readonly uplinks: number;
  readonly mounts: number;
  /** How many rules there are of each kind of event. */
  readonly rules: Readonly<Record<string, number>>;
}

const KIND_OF: Readonly<Record<string, string>> = {
  kubevigil_suspicious_execs_total: 'exec',
  kubevigil_outbound_destinations_total: 'connection',
  kubevigil_risky_pods: 'pod',
  kubevigil_file_changes_total: 'file',
  kubevigil_suspicious_log_lines_total: 'log',
};

/** The default rules by kind. */
export function defaultRules(): Record<string, number> {
  const text = readFileSync(join(ROOT, 'exporter', 'rules', 'default.yaml'), 'utf8');
  const counts: Record<string, number> = {};
  for (const { on } of (parse(text) as { rules: { on: string }[] }).rules) counts[on] = (counts[on] ?? 0) + 1;
  return counts;
}

function openValues(label: string, { name }: MetricSpec, node: NodeShape): number {
  const all = Object.values(node.rules).reduce((sum, count) => sum + count, 0);
  const counts: Record<string, number> = {
    device: name.startsWith('kubevigil_disk') ? node.disks : node.uplinks,
    mountpoint: node.mounts,
    rule: KIND_OF[name] === undefined ? all : (node.rules[KIND_OF[name]] ?? 0),
    metric: METRICS.length,
  };
  return counts[label] ?? 1;
}

/** Labels whose value follows from another's: a log rule has one category. */
const FOLLOWING = new Set(['category']);

/** The host's share, and one for each container or pod. */
function owners({ attribution, name }: MetricSpec, node: NodeShape): number {
  const { pods, containers, sandboxes, named } = node;
  // A pod has these only where a rule matches it, which is taken to be one pod in ten.
  if (name === 'kubevigil_risky_pods') return named ? pods : 0;
  if (name === 'kubevigil_container_restarts_total') return named ? containers : 0;
  // The host has no start of its own.
  if (name === processesMetrics.startTime.name) return containers + sandboxes;
  // Logs are read where a pod asks for it, and of the host.
  if (name === 'kubevigil_suspicious_log_lines_total') return named ? 1 : 0;
  if (attribution === 'pod') return 1 + pods;
  return attribution === 'container' ? 1 + containers + sandboxes : 1;
}

function product(
  metric: MetricSpec,
  node: NodeShape,
  countOf: (label: string, values: LabelValues) => number,
): number {
  const own = Object.entries(metric.labels)
    .filter(([label]) => !FOLLOWING.has(label))
    .reduce((all, [label, values]) => all * countOf(label, values), 1);
  return own * owners(metric, node);
}

/** Series of a metric that one exporter exposes. */
export function seriesOf(metric: MetricSpec, node: NodeShape): number {
  // One for each rule or agent: the other labels say more of the same.
  if (metric.name.endsWith('_info')) return 'rule' in metric.labels ? openValues('rule', metric, node) : 1;
  return product(metric, node, (label, values) =>
    typeof values === 'string' ? openValues(label, metric, node) : values.length,
  );
}

/** Series that one exporter exposes. */
export function exposedSeries(node: NodeShape): number {
  return METRICS.reduce((sum, metric) => sum + seriesOf(metric, node), 0);
}

function fits({ operator, value }: Matcher, text: string): boolean {
  const matches = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(text) : text === value;
  return operator.startsWith('!') ? !matches : matches;
}

/**
 * What a build reads of one node: series by metric, and when its containers began. Each metric is one request for each
 * day and shard.
 */
export function readSeries(node: NodeShape): Map<string, number> {
  const byMetric = groupBy(exposedColumns('node'), ({ metric }) => metric);
  const { startTime } = processesMetrics;
  const read = new Map<string, number>([[startTime.name, seriesOf(startTime, node)]]);
  return new Map([
    ...read,
    ...[...byMetric].map(([metric, columns]) => {
      const { matchers } = selectorFor(
        columns.map((column) => ({ ...column, windowMs: 0 })),
        [],
      );
      const series = product(metric, node, (label, values) =>
        typeof values === 'string'
          ? openValues(label, metric, node)
          : values.filter((value) => matchers.every((each) => each.name !== label || fits(each, value)))
              .length,
      );
      return [metric.name, series] as const;
    }),
  ]);
}
