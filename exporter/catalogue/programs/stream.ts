import type { ProgramMetrics } from '../model/program-metric.ts';

/** What the builder's stream tells of itself. */
export const streamMetrics = {
  rows: {
    name: 'kubevigil_stream_rows_total',
    type: 'counter',
    help: 'Rows of closed steps.',
    labels: [],
  },
  gaps: {
    name: 'kubevigil_stream_gaps_total',
    type: 'counter',
    help: 'Gaps, by reason.',
    labels: ['reason'],
  },
  clientsDropped: {
    name: 'kubevigil_stream_clients_dropped_total',
    type: 'counter',
    help: 'Readers that were too slow.',
    labels: ['reason'],
  },
  clientsRefused: {
    name: 'kubevigil_stream_clients_refused_total',
    type: 'counter',
    help: 'Readers beyond the limit.',
    labels: [],
  },
  readFailures: {
    name: 'kubevigil_stream_read_failures_total',
    type: 'counter',
    help: 'Times that Prometheus could not be read.',
    labels: [],
  },
  lateEpisodes: {
    name: 'kubevigil_stream_late_episodes_total',
    type: 'counter',
    help: 'Episodes that came after rows of theirs were final.',
    labels: [],
  },
  lastClosedStep: {
    name: 'kubevigil_stream_last_closed_step_timestamp_seconds',
    type: 'gauge',
    help: 'The newest step whose rows are out.',
    labels: [],
  },
  labelsReadable: {
    name: 'kubevigil_stream_labels_readable',
    type: 'gauge',
    help: 'Whether the label sources could be read last time.',
    labels: [],
  },
  clients: {
    name: 'kubevigil_stream_clients',
    type: 'gauge',
    help: 'Readers that are connected.',
    labels: [],
  },
  ringBytes: {
    name: 'kubevigil_stream_ring_bytes',
    type: 'gauge',
    help: 'Memory that the records held for resuming take, at most.',
    labels: [],
  },
  lag: {
    name: 'kubevigil_stream_lag_seconds',
    type: 'gauge',
    help: 'How long the rows of the next step have been due.',
    labels: [],
  },
} as const satisfies ProgramMetrics;
