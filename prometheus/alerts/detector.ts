import { detectorMetrics } from '../../exporter/catalogue/programs/detector.ts';
import type { AlertGroup } from './model.ts';

/** As the detector has them of one node. */
const NODE = 'instance="detector",node="a"';
const PLACE = { instance: 'detector', node: 'a' } as const;
const where =
  '{{ $labels.node }}{{ with $labels.pod }} {{ $labels.namespace }}/{{ . }}{{ end }}{{ with $labels.cluster }} of {{ . }}{{ end }}';
const stateIs = (state: string) => `${detectorMetrics.nodeState.name}{state="${state}"} == 1`;
const stateSeries = (state: string) => `${detectorMetrics.nodeState.name}{${NODE},state="${state}"}`;

/** What the detector finds, and what it cannot see. */
export const detectorAlerts: AlertGroup = {
  name: 'kubevigil-detector',
  title: 'Detector',
  alerts: [
    {
      name: 'KubevigilDetectorAlarm',
      expr: `${detectorMetrics.alarm.name} == 1`,
      for: { duration: '0s', why: 'two of three rows have raised it already' },
      severity: 'warning',
      technique: 'T1496',
      summary: `the detector alarms for ${where}`,
      meaning:
        'Rows of the node look like an attack that the model has learned, or unlike anything usual. It is as reliable as the evaluation by which the model was promoted.',
      threshold:
        'A score above 1, which the calibration gives to as many quiet rows as its budget of false alarms allows. A model that is not promoted raises none.',
      look: [
        'The console of the detector: the window, what counted, the class, and what could not be seen.',
        `\`${detectorMetrics.contribution.name}\` and \`${detectorMetrics.classProbability.name}\` of the node.`,
        'The alerts of the same node: rules see single events, the detector sees what they add up to.',
        'Then give a verdict on the console: it becomes a label.',
      ],
      harmless: [
        'Work that the training has never seen: a new batch job, a migration. Reject it on the console, and train again.',
      ],
      fires: {
        when: 'an alarm is on',
        input: { [`${detectorMetrics.alarm.name}{${NODE}}`]: '0x10 1x10' },
        at: '4m',
        labels: PLACE,
        summary: 'the detector alarms for a',
      },
      quiet: {
        when: 'none is',
        input: { [`${detectorMetrics.alarm.name}{${NODE}}`]: '0x20' },
        at: '4m',
      },
    },
    {
      name: 'KubevigilDetectorBlind',
      expr: stateIs('blind'),
      for: { duration: '5m', why: 'an exporter that restarts is back by then' },
      severity: 'warning',
      technique: 'T1562.001',
      summary: `the detector is blind for ${where}`,
      meaning:
        'Half of the columns that the model looks at are missing. The node may be under attack, and nobody would be told: silence is no sign of peace.',
      threshold: 'Half of the columns in the newest row; no score is relied on there.',
      look: [
        '`kubevigil_extractor_success` of the node: which of them fail?',
        'Is the node scraped at all, and in time?',
        'An attack that starves the machine takes telemetry first: look at the node by other means.',
      ],
      harmless: [
        'An exporter that runs with fewer rights than those of the training had: train a model for such nodes.',
      ],
      fires: {
        when: 'a node is blind for ten minutes',
        input: { [stateSeries('blind')]: '1x60' },
        at: '10m',
        labels: { ...PLACE, state: 'blind' },
        summary: 'the detector is blind for a',
      },
      quiet: { when: 'it is for a minute', input: { [stateSeries('blind')]: '0x20 1x3 0x37' }, at: '10m' },
    },
    {
      name: 'KubevigilDetectorDrifted',
      expr: stateIs('drifted'),
      for: { duration: '1h', why: 'an attack of minutes is no drift' },
      severity: 'info',
      summary: `what is usual on ${where} is not what the model was calibrated with`,
      meaning:
        'Most rows of the last hour are as unusual as one in ten of the calibration was. Alarms of this node mean less, and their number is not what was promised.',
      threshold: 'Half of the last 240 rows, an hour of them; in an attack of minutes the share stays below.',
      look: [
        'What has changed on the node: its work, its kernel, its size?',
        'Build a dataset that has the new work, train, evaluate and promote again.',
      ],
      harmless: ['Nodes of a kind that the training did not have.'],
      fires: {
        when: 'it has drifted for two hours',
        input: { [stateSeries('drifted')]: '1x480' },
        at: '2h',
        labels: { ...PLACE, state: 'drifted' },
        summary: 'what is usual on a is not what the model was calibrated with',
      },
      quiet: {
        when: 'it had for half an hour',
        input: { [stateSeries('drifted')]: '0x120 1x120 0x240' },
        at: '2h',
      },
    },
    {
      name: 'KubevigilDetectorDisconnected',
      expr: `${detectorMetrics.connected.name} == 0`,
      for: { duration: '5m', why: 'a stream that restarts is read again by then' },
      severity: 'warning',
      technique: 'T1562.001',
      summary: 'the detector {{ $labels.instance }} has no rows to look at',
      meaning: 'The stream of the builder cannot be read: nothing is scored, and no alarm will come.',
      threshold: 'Five minutes; the detector tries again each half a minute.',
      look: [
        'The log of the detector: it has the reason in one line.',
        'Is `kubevigil-builder stream` there, and does it want a token, users or another certificate?',
      ],
      harmless: ['None.'],
      fires: {
        when: 'the stream is away for ten minutes',
        input: { [`${detectorMetrics.connected.name}{instance="detector"}`]: '0x60' },
        at: '10m',
        labels: { instance: 'detector' },
        summary: 'the detector detector has no rows to look at',
      },
      quiet: {
        when: 'it is away for a minute',
        input: { [`${detectorMetrics.connected.name}{instance="detector"}`]: '1x20 0x4 1x36' },
        at: '10m',
      },
    },
  ],
};
