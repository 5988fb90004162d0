import { METRICS } from '../../exporter/catalogue/index.ts';
import { logsMetrics } from '../../exporter/catalogue/logs.ts';
import { columnsOf } from '../../exporter/catalogue/model/columns.ts';
import {
  DEVIATION_SERIES,
  RECORDED_WINDOW,
  recordingRuleName,
} from '../../exporter/catalogue/model/promql.ts';
import { TO_NODE, TO_POD } from '../links.ts';
import { stat } from '../panels/stat.ts';
import { table, type ValueColumn } from '../panels/table.ts';
import { alarmAbove } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import { firing, NODE_MATCHERS, ofTargets, RATE_INTERVAL, select } from '../selectors.ts';
import { unitId } from '../units.ts';
import { nodesVariables } from '../variables.ts';
import { page, type Section } from './page.ts';

/** Five standard deviations: the scenarios' bound for a column that moved. */
const UNUSUAL = 5;

const BY_NODE = 'by (cluster, node)';
const deviations = `abs(${select(DEVIATION_SERIES, NODE_MATCHERS)})`;
const targets = ofTargets('up', NODE_MATCHERS);

/** The columns that the table of nodes has: one for each way to be in trouble, so that it fits a screen. */
const SHOWN: Readonly<Record<string, string>> = {
  cpu_busy_ratio: 'CPU',
  memory_used_ratio: 'Memory',
  io_pressure_ratio: 'I/O pressure',
  network_transmit_bytes_per_second: 'Sent',
  forks_per_second: 'Forks',
  suspicious_execs_per_second: 'Suspicious execs',
  suspicious_processes: 'Suspicious processes',
  outbound_destinations_per_second: 'New destinations',
};

const columns = columnsOf(METRICS, 'node').filter(({ column }) => column.name in SHOWN);

/** The recorded series of the nodes that are chosen. */
function recorded(column: (typeof columns)[number]): string {
  return select(recordingRuleName(column, 'node', RECORDED_WINDOW), NODE_MATCHERS);
}

const nodes = table({
  title: 'Nodes, the most unusual first',
  description: `Unusual: how many standard deviations the column that is furthest from its mean over the last hour is away from it; from ${UNUSUAL} on it is worth a look. A node leads to its dashboard.`,
  labels: { cluster: 'Cluster', node: 'Node' },
  values: [
    { name: 'Unusual', expr: `max ${BY_NODE} (${deviations})`, unit: 'short', alarm: UNUSUAL },
    {
      name: 'Alerts',
      expr: `count ${BY_NODE} (${firing(NODE_MATCHERS)}) or 0 * max ${BY_NODE} (${targets})`,
      unit: 'short',
      alarm: 1,
    },
    { name: 'Up', expr: `min ${BY_NODE} (${targets})`, unit: 'short' },
    ...columns.map((column): ValueColumn => {
      const { name, unit, alarm } = column.column;
      return {
        name: SHOWN[name] ?? name,
        // Without the name of the series, which would keep the rows of a node apart.
        expr: `max ${BY_NODE} (${recorded(column)})`,
        unit: unitId(unit),
        ...(alarm?.of === 'node' ? { alarm: alarm.above } : {}),
      };
    }),
  ],
  sortBy: 'Unusual',
  links: { node: TO_NODE },
  height: 10,
});

const unusual = table({
  title: 'What is unusual',
  description:
    'The twenty columns of all nodes that are furthest from their mean over the last hour, in standard deviations.',
  labels: { cluster: 'Cluster', node: 'Node', column: 'Column' },
  values: [{ name: 'Deviations', expr: `topk(20, ${deviations})`, unit: 'short', alarm: UNUSUAL }],
  sortBy: 'Deviations',
  links: { node: TO_NODE },
  span: 12,
});

const alerts = table({
  title: 'Alerts that fire',
  description:
    'What each means, what to look at and what is harmless is in prometheus/runbooks/<alert>.md. None: no alert fires.',
  labels: {
    severity: 'Severity',
    alertname: 'Alert',
    mitre: 'Technique',
    node: 'Node',
    namespace: 'Namespace',
    pod: 'Pod',
    container: 'Container',
    rule: 'Rule',
  },
  values: [
    {
      name: 'Series',
      expr: `count by (severity, alertname, mitre, node, namespace, pod, container, rule) (${firing(NODE_MATCHERS)})`,
      unit: 'short',
    },
  ],
  sortBy: 'Severity',
  links: { node: TO_NODE, pod: TO_POD },
  span: 12,
});

const now: Section = {
  title: 'Now',
  panels: [
    stat({
      title: 'Nodes watched',
      description: 'Nodes whose exporter answers.',
      unit: 'short',
      query: { expr: `count(${targets} == 1) or vector(0)`, legend: 'nodes' },
      thresholds: alarmAbove(),
      span: 6,
    }),
    stat({
      title: 'Exporters that do not answer',
      description: 'Nodes of which nothing is seen at this moment.',
      unit: 'short',
      query: { expr: `count(${targets} == 0) or vector(0)`, legend: 'exporters' },
      thresholds: alarmAbove(1),
      span: 6,
    }),
    stat({
      title: 'Critical alerts',
      description: 'Alerts with severity critical that fire now.',
      unit: 'short',
      query: {
        expr: `count(${firing(NODE_MATCHERS, ['severity="critical"'])}) or vector(0)`,
        legend: 'critical',
      },
      thresholds: alarmAbove(1),
      span: 6,
    }),
    stat({
      title: 'Other alerts',
      description: 'Alerts with a lesser severity that fire now.',
      unit: 'short',
      query: {
        expr: `count(${firing(NODE_MATCHERS, ['severity!="critical"'])}) or vector(0)`,
        legend: 'other',
      },
      thresholds: alarmAbove(1),
      span: 6,
    }),
    nodes,
    unusual,
    alerts,
  ],
};

/** One line a node of a column, the ten highest at each moment. */
const overNodes = columns.map((column) => {
  const { name, help, unit, alarm } = column.column;
  return timeSeries({
    title: `${SHOWN[name]} by node`,
    description: `${help} The ten nodes with most at each moment. Dataset column: ${name}.`,
    unit: unitId(unit),
    queries: [{ expr: `topk(10, ${recorded(column)})`, legend: '{{node}}' }],
    alarms: alarm?.of === 'node' ? [alarm.above] : [],
  });
});

const RULE_METRICS = METRICS.filter(({ labels, number }) => 'rule' in labels && number !== undefined);

/** Matches of each rule on all nodes together. */
const rules = timeSeries({
  title: 'Rule matches',
  description:
    'Matches a second of each rule that counts events, on all nodes that are chosen. The ten with most at each moment.',
  unit: unitId('per_second'),
  queries: [
    {
      expr: `topk(10, sum by (rule) (${RULE_METRICS.filter(({ type }) => type === 'counter')
        .map(({ name }) => `rate(${select(name, NODE_MATCHERS)}[${RATE_INTERVAL}])`)
        .join(' or ')}))`,
      legend: '{{rule}}',
    },
  ],
  span: 24,
});

/** Requests that look like attacks, by the pod that was asked. */
const web = timeSeries({
  title: 'Attacks on web services',
  description:
    'Requests a second that web rules match, by rule and pod, of pods whose access logs are read. The ten with most at each moment. Metric: kubevigil_suspicious_log_lines_total.',
  unit: unitId('per_second'),
  queries: [
    {
      expr: `topk(10, sum by (namespace, pod, rule) (rate(${select(logsMetrics.lines.name, [...NODE_MATCHERS, 'category="web"'])}[${RATE_INTERVAL}])))`,
      legend: '{{namespace}}/{{pod}} {{rule}}',
    },
  ],
  span: 24,
});

/** All nodes, what is unusual first. */
export const clusterPage = page({
  uid: 'cluster',
  title: 'Kubevigil / Cluster',
  description: 'All nodes, what is unusual first.',
  variables: nodesVariables(),
  sections: [now, { title: 'Nodes over time', panels: [...overNodes, rules, web] }],
});
