import { datasetMetrics } from '../../exporter/catalogue/programs/dataset.ts';
import { streamMetrics } from '../../exporter/catalogue/programs/stream.ts';
import type { AlertGroup } from './model.ts';

/** From which age on a dataset counts as one that has stopped to grow, and a stream as late. */
export const STOPPED_HOURS = 3;
export const LATE_SECONDS = 60;

const WATERMARK = `${datasetMetrics.watermark.name}{job="kubevigil-builder",dataset="shop"}`;
const LAG = `${streamMetrics.lag.name}{instance="builder"}`;

/** Datasets that stop growing. */
export const datasetAlerts: AlertGroup = {
  name: 'kubevigil-datasets',
  title: 'Datasets',
  alerts: [
    {
      name: 'KubevigilDatasetStopped',
      expr: `time() - ${datasetMetrics.watermark.name}{shard=""} > ${STOPPED_HOURS} * 3600`,
      for: { duration: '10m', why: 'an update that runs at this moment publishes at its end' },
      severity: 'warning',
      summary: 'the dataset {{ $labels.dataset }} ends {{ $value | humanizeDuration }} ago',
      meaning:
        'The builder has not added to the dataset for hours: its job fails, is not started, or Prometheus cannot be read. What Prometheus forgets meanwhile is lost.',
      threshold:
        'Three hours, three runs of an hourly job: well below any retention, so that there is time to put it right. Raise it for jobs that run less often. Shards are built once and do not count.',
      look: [
        '`kubectl get cronjob,job` and the log of the last job: the builder says in one line what is wrong.',
        'Retention of Prometheus against the age of the dataset: how long is there still time?',
      ],
      harmless: [
        'A dataset that was built once and is not continued: delete its group from the Pushgateway.',
      ],
      fires: {
        when: 'the last update was four hours ago',
        input: { [WATERMARK]: '0x960' },
        at: '4h',
        labels: { job: 'kubevigil-builder', dataset: 'shop' },
        summary: 'the dataset shop ends 4h 0m 0s ago',
      },
      quiet: {
        when: 'it grows with each hour',
        input: { [WATERMARK]: '0x240 3600x240 7200x240 10800x240' },
        at: '4h',
      },
    },
    {
      name: 'KubevigilStreamLate',
      expr: `${streamMetrics.lag.name} > ${LATE_SECONDS}`,
      for: { duration: '5m', why: 'a Prometheus that restarts is back by then' },
      severity: 'warning',
      summary: 'rows of the stream are due for {{ $value | humanizeDuration }}',
      meaning:
        'The builder cannot read Prometheus in time, so that the readers of the stream, such as a detector, get their rows late.',
      threshold: 'A minute: rows are out within two seconds of their step.',
      look: [
        `The log of the stream, and \`${streamMetrics.readFailures.name}\`.`,
        'Is Prometheus there, and how long do its queries take?',
      ],
      harmless: ['None.'],
      fires: {
        when: 'rows are late for ten minutes',
        input: { [LAG]: '0x20 0+15x40' },
        at: '14m',
        labels: { instance: 'builder' },
        summary: 'rows of the stream are due for 8m 45s',
      },
      quiet: { when: 'one step is late', input: { [LAG]: '0x20 0+15x8 0x40' }, at: '14m' },
    },
  ],
};
