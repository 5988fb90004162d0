import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { detectorMetrics } from '../../exporter/catalogue/programs/detector.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { alarmAbove } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import { NODE_MATCHERS, RATE_INTERVAL, select } from '../selectors.ts';
import { nodesVariables } from '../variables.ts';
import { page, type Section } from './page.ts';

const ENTITY = 'by (node, namespace, pod)';
const NAME = '{{node}} {{namespace}} {{pod}}';
const own = ({ name }: ProgramMetric) => select(name, NODE_MATCHERS);
const rate = ({ name }: ProgramMetric) => `rate(${name}[${RATE_INTERVAL}])`;

const alarms: Section = {
  title: 'Alarms',
  panels: [
    stat({
      title: 'Nodes that alarm',
      description: `Nodes, or pods, with an alarm on (${detectorMetrics.alarm.name}). A model that is not promoted raises none.`,
      unit: 'short',
      query: { expr: `sum(${own(detectorMetrics.alarm)})`, legend: 'alarms' },
      thresholds: alarmAbove(1),
      span: 6,
      height: 8,
    }),
    timeSeries({
      title: 'Anomaly scores',
      description: `How unusual the newest rows are (${detectorMetrics.anomalyScore.name}): above the line is anomalous; two of three rows there raise an alarm.`,
      unit: 'short',
      queries: [{ expr: `max ${ENTITY} (${own(detectorMetrics.anomalyScore)})`, legend: NAME }],
      alarms: [1],
      span: 18,
    }),
    timeSeries({
      title: 'Classes',
      description: 'What rows look like during an alarm: the probability of each class, and of unknown.',
      unit: 'percentunit',
      queries: [
        {
          expr: `max by (node, pod, class) (${own(detectorMetrics.classProbability)})`,
          legend: '{{node}} {{pod}}: {{class}}',
        },
      ],
      span: 12,
    }),
    timeSeries({
      title: 'What counted',
      description: 'By how much the score would be lower if a column were usual: three of each alarm.',
      unit: 'short',
      queries: [
        {
          expr: `max by (node, pod, column) (${own(detectorMetrics.contribution)})`,
          legend: '{{node}} {{pod}}: {{column}}',
        },
      ],
      span: 12,
    }),
  ],
};

const trust: Section = {
  title: 'How far it can be relied on',
  panels: [
    table({
      title: 'States of nodes',
      description:
        'The state of each node: learning and provisional have little past, drifted ones are unlike the calibration, blind ones miss half of their columns, stale ones send nothing.',
      labels: { node: 'Node', namespace: 'Namespace', pod: 'Pod', state: 'State' },
      values: [
        {
          name: 'Since it is so',
          expr: `max by (node, namespace, pod, state) (${own(detectorMetrics.nodeState)} == 1)`,
          unit: 'short',
        },
      ],
      sortBy: 'Node',
      span: 12,
    }),
    timeSeries({
      title: 'p-values',
      description:
        'The smallest p-value of each part over all nodes: classifier, novelty, rule events, missing input. Small is unusual.',
      unit: 'short',
      queries: [{ expr: `min by (part) (${own(detectorMetrics.pValue)})`, legend: '{{part}}' }],
      span: 12,
    }),
    timeSeries({
      title: 'Drift',
      description:
        'Share of the last rows that are as unusual as one in ten of the calibration was: 0.1 is usual, above the line a node has drifted.',
      unit: 'percentunit',
      queries: [{ expr: `max ${ENTITY} (${own(detectorMetrics.drift)})`, legend: NAME }],
      alarms: [0.5],
      span: 8,
    }),
    timeSeries({
      title: 'Missing input',
      description:
        "Share of the model's columns that the newest rows do not have; above the line nothing can be said.",
      unit: 'percentunit',
      queries: [{ expr: `max ${ENTITY} (${own(detectorMetrics.inputMissing)})`, legend: NAME }],
      alarms: [0.5],
      span: 8,
    }),
    timeSeries({
      title: 'Age of input',
      description: 'How long ago the newest row of each node came.',
      unit: 's',
      queries: [{ expr: `max ${ENTITY} (${own(detectorMetrics.inputAge)})`, legend: NAME }],
      span: 8,
    }),
  ],
};

const program: Section = {
  title: 'The detector',
  panels: [
    table({
      title: 'Models',
      description:
        'The model that scores, and the one in its shadow: which classifier decides, and whether alarms are raised.',
      labels: { model: 'Model', decider: 'Decides', mode: 'Mode' },
      values: [
        {
          name: 'Detectors',
          expr: `count by (model, decider, mode) (${detectorMetrics.modelInfo.name})`,
          unit: 'short',
        },
      ],
      sortBy: 'Model',
      span: 8,
    }),
    timeSeries({
      title: 'Alarms raised',
      description: 'Alarms a second, and those that a model in the shadow would have raised.',
      unit: 'cps',
      queries: [
        { expr: `sum(${rate(detectorMetrics.alarms)})`, legend: 'alarms' },
        { expr: `sum(${rate(detectorMetrics.shadowAlarms)})`, legend: 'shadow' },
      ],
      span: 8,
    }),
    timeSeries({
      title: 'Verdicts',
      description: 'What people made of alarms: verdicts a second.',
      unit: 'cps',
      queries: [{ expr: `sum by (verdict) (${rate(detectorMetrics.verdicts)})`, legend: '{{verdict}}' }],
      span: 8,
    }),
    timeSeries({
      title: 'Rows',
      description: 'Rows a second that were taken, and lines that could not be, by reason.',
      unit: 'cps',
      queries: [
        { expr: `sum(${rate(detectorMetrics.rows)})`, legend: 'taken' },
        { expr: `sum by (reason) (${rate(detectorMetrics.rowsRefused)})`, legend: 'refused: {{reason}}' },
      ],
      span: 8,
    }),
    timeSeries({
      title: 'Stream',
      description: 'Whether the stream is being read.',
      unit: 'short',
      queries: [{ expr: detectorMetrics.connected.name, legend: '{{instance}}' }],
      span: 8,
    }),
    timeSeries({
      title: 'Calibration',
      description: 'Quiet time of one node by which scores are held, and rows a day above 1 that it allows.',
      unit: 'short',
      queries: [
        { expr: detectorMetrics.calibrationHours.name, legend: 'node-hours' },
        { expr: detectorMetrics.expectedFalseAlarms.name, legend: 'rows a day' },
      ],
      span: 8,
    }),
  ],
};

/** What the detector finds, and how far it can be relied on. */
export const detectorPage = page({
  uid: 'detector',
  title: 'Kubevigil / Detector',
  description:
    'Anomaly scores and alarms of the detector, what made them, and how far they can be relied on.',
  variables: nodesVariables(),
  sections: [alarms, trust, program],
});
