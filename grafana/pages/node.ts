import { METRICS } from '../../exporter/catalogue/index.ts';
import { columnsOf } from '../../exporter/catalogue/model/columns.ts';
import { FAMILIES, type Family } from '../../exporter/catalogue/model/family.ts';
import {
  DEVIATION_SERIES,
  RECORDED_WINDOW,
  recordingRuleName,
} from '../../exporter/catalogue/model/promql.ts';
import { TO_POD } from '../links.ts';
import { metricPanel } from '../panels/metric.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { alarmAbove, alarmBelow } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import { firing, NODE_MATCHERS, ofTargets, select } from '../selectors.ts';
import { unitId } from '../units.ts';
import { nodeVariables } from '../variables.ts';
import { page, type Section } from './page.ts';

const TITLES: Readonly<Record<Family, string>> = { security: 'Security', performance: 'Performance' };

/** A third of the width: three panels a row on a screen, one on a phone. */
const THIRD = 8;

function familySection(family: Family): Section {
  const panels = METRICS.filter((metric) => metric.family === family).flatMap((metric) => {
    const panel = metricPanel(metric, 'node', { span: THIRD });
    return panel === undefined ? [] : [panel];
  });
  return { title: TITLES[family], panels };
}

/** The columns that the table of pods has. */
const SHOWN: Readonly<Record<string, string>> = {
  container_cpu_cores: 'CPU cores',
  container_memory_working_set_bytes: 'Memory',
  processes: 'Processes',
  suspicious_processes: 'Suspicious processes',
  suspicious_execs_per_second: 'Suspicious execs',
  outbound_destinations_per_second: 'New destinations',
};

const pods = table({
  title: 'Pods of the node',
  description:
    'What the pods of this node use and do, those with most CPU time first. A pod leads to its dashboard.',
  labels: { namespace: 'Namespace', pod: 'Pod' },
  values: columnsOf(METRICS, 'pod')
    .filter(({ column }) => column.name in SHOWN)
    .map((column) => {
      const series = recordingRuleName(column, 'pod', RECORDED_WINDOW);
      return {
        name: SHOWN[column.column.name] ?? column.column.name,
        expr: `max by (namespace, pod) (${select(series, NODE_MATCHERS, ['pod!=""'])})`,
        unit: unitId(column.column.unit),
      };
    }),
  sortBy: 'CPU cores',
  links: { pod: TO_POD },
});

const summary: Section = {
  title: 'Now',
  panels: [
    stat({
      title: 'Exporter answers',
      description: 'Whether the last scrape of this node was successful (1) or not (0).',
      unit: 'short',
      query: { expr: `min(${ofTargets('up', NODE_MATCHERS)})`, legend: 'up' },
      thresholds: alarmBelow(1),
      height: 8,
    }),
    stat({
      title: 'Alerts firing',
      description:
        'Alerts of Kubevigil about this node that fire now; their runbooks are in prometheus/runbooks.',
      unit: 'short',
      query: { expr: `count(${firing(NODE_MATCHERS)}) or vector(0)`, legend: 'alerts' },
      thresholds: alarmAbove(1),
      height: 8,
    }),
    timeSeries({
      title: 'Most unusual columns',
      description:
        'The five dataset columns that are furthest from their mean over the last hour, in standard deviations. Below 3 is everyday.',
      unit: 'short',
      queries: [{ expr: `topk(5, abs(${select(DEVIATION_SERIES, NODE_MATCHERS)}))`, legend: '{{column}}' }],
      alarms: [5],
      span: 16,
    }),
    pods,
  ],
};

/** Everything about one node: the 24 metrics in their two families, what is unusual first. */
export const nodePage = page({
  uid: 'node',
  title: 'Kubevigil / Node',
  description: 'The 24 metrics of a node, with episodes and alerts marked.',
  variables: nodeVariables(),
  sections: [summary, ...[...FAMILIES].reverse().map(familySection)],
});
