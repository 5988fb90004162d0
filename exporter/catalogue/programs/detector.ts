import type { ProgramMetrics } from '../model/program-metric.ts';

/** Whom a figure is about; namespace and pod are empty for a node. */
const ENTITY = ['cluster', 'node', 'namespace', 'pod'] as const;

/** What the detector tells of the nodes that it watches, and of itself. */
export const detectorMetrics = {
  anomalyScore: {
    name: 'kubevigil_detector_anomaly_score',
    type: 'gauge',
    help: 'How unusual the newest row is: above 1 is anomalous. Absent while there is no score.',
    labels: ENTITY,
  },
  alarm: {
    name: 'kubevigil_detector_alarm',
    type: 'gauge',
    help: 'Whether an alarm is on; 0 throughout for a model that is not promoted.',
    labels: ENTITY,
  },
  classProbability: {
    name: 'kubevigil_detector_class_probability',
    type: 'gauge',
    help: 'Probability of each class, and of unknown, during an alarm.',
    labels: [...ENTITY, 'class'],
  },
  nodeState: {
    name: 'kubevigil_detector_node_state',
    type: 'gauge',
    help: 'The one state that a node is in: learning, provisional, watching, drifted, blind or stale.',
    labels: [...ENTITY, 'state'],
  },
  pValue: {
    name: 'kubevigil_detector_p_value',
    type: 'gauge',
    help: 'Conformal p-value of each part of the newest row: small is unusual.',
    labels: [...ENTITY, 'part'],
  },
  contribution: {
    name: 'kubevigil_detector_contribution',
    type: 'gauge',
    help: 'By how much the score would be lower if this column, and those of the same metric, were usual: three, during an alarm.',
    labels: [...ENTITY, 'column'],
  },
  inputAge: {
    name: 'kubevigil_detector_input_age_seconds',
    type: 'gauge',
    help: 'How long ago the newest row came.',
    labels: ENTITY,
  },
  inputMissing: {
    name: 'kubevigil_detector_input_missing_ratio',
    type: 'gauge',
    help: "Share of the model's columns that the newest row does not have.",
    labels: ENTITY,
  },
  drift: {
    name: 'kubevigil_detector_drift',
    type: 'gauge',
    help: 'Share of the last rows that are as unusual as one in ten of the calibration was: 0.1 is usual.',
    labels: ENTITY,
  },
  expectedFalseAlarms: {
    name: 'kubevigil_detector_expected_false_alarms_per_day',
    type: 'gauge',
    help: 'Rows above 1 per node and day that the calibration allows where nothing happens.',
    labels: [],
  },
  calibrationHours: {
    name: 'kubevigil_detector_calibration_node_hours',
    type: 'gauge',
    help: 'Time of one node in which nothing happened, by which scores are held.',
    labels: [],
  },
  alarms: {
    name: 'kubevigil_detector_alarms_total',
    type: 'counter',
    help: 'Alarms that were raised.',
    labels: [],
  },
  shadowAlarms: {
    name: 'kubevigil_detector_shadow_alarms_total',
    type: 'counter',
    help: 'Alarms that the model in the shadow, or one that is not promoted, would have raised.',
    labels: [],
  },
  verdicts: {
    name: 'kubevigil_detector_verdicts_total',
    type: 'counter',
    help: 'Verdicts of people on alarms.',
    labels: ['verdict'],
  },
  rows: {
    name: 'kubevigil_detector_rows_total',
    type: 'counter',
    help: 'Rows of the stream that were taken.',
    labels: [],
  },
  rowsRefused: {
    name: 'kubevigil_detector_rows_refused_total',
    type: 'counter',
    help: 'Lines of the stream that could not be taken, by reason.',
    labels: ['reason'],
  },
  connected: {
    name: 'kubevigil_detector_stream_connected',
    type: 'gauge',
    help: 'Whether the stream is being read.',
    labels: [],
  },
  modelInfo: {
    name: 'kubevigil_detector_model_info',
    type: 'gauge',
    help: 'The model that scores: its folder, which classifier decides, and whether it may raise alarms (active) or not (shadow).',
    labels: ['model', 'decider', 'mode'],
  },
} as const satisfies ProgramMetrics;
