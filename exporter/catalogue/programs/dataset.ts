import type { ProgramMetrics } from '../model/program-metric.ts';

/** What a run of the builder tells a Pushgateway of the dataset that it has made. */
export const datasetMetrics = {
  rows: {
    name: 'kubevigil_dataset_rows',
    type: 'gauge',
    help: 'Rows of the dataset.',
    labels: [],
  },
  gaps: {
    name: 'kubevigil_dataset_gaps',
    type: 'gauge',
    help: 'Times in which a node was not scraped, or in vain.',
    labels: [],
  },
  buildDuration: {
    name: 'kubevigil_dataset_build_duration_seconds',
    type: 'gauge',
    help: 'How long the run took.',
    labels: [],
  },
  watermark: {
    name: 'kubevigil_dataset_watermark_timestamp_seconds',
    type: 'gauge',
    help: 'Time up to which the dataset is complete.',
    labels: [],
  },
} as const satisfies ProgramMetrics;
