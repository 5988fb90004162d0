import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { alarmAbove } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import { NODE_MATCHERS, RATE_INTERVAL, select } from '../selectors.ts';
import { nodesVariables } from '../variables.ts';
import { page, type Section } from './page.ts';

/** As in the alert KubevigilDatasetStopped. */
const STOPPED_SECONDS = 3 * 3600;

const WATERMARK = 'kubevigil_dataset_watermark_timestamp_seconds';
/** The builder's labels of a dataset. */
const DATASET = '{{dataset}} {{shard}}';

const stream = (name: string) => `kubevigil_stream_${name}`;
const streamRate = (name: string) => `rate(${stream(name)}[${RATE_INTERVAL}])`;
const episodes = (name: string) => select(`kubevigil_scenario_${name}`, NODE_MATCHERS);
const EPISODE = 'by (episode, scenario, role, node, namespace, pod)';

const datasets: Section = {
  title: 'Datasets',
  panels: [
    stat({
      title: 'Oldest dataset ends before',
      description: `How long before now the dataset ends that is furthest behind (${WATERMARK}, which the builder pushes to a Pushgateway).`,
      unit: 's',
      query: { expr: `max(time() - ${WATERMARK})`, legend: 'age' },
      thresholds: alarmAbove(STOPPED_SECONDS),
      span: 8,
      height: 8,
    }),
    timeSeries({
      title: 'Datasets end before',
      description: `How long before each moment each dataset ended (${WATERMARK}). A slope is a dataset that does not grow; each step down is an update.`,
      unit: 's',
      queries: [{ expr: `time() - ${WATERMARK}`, legend: DATASET }],
      alarms: [STOPPED_SECONDS],
      span: 16,
    }),
    timeSeries({
      title: 'Rows of the datasets',
      description: 'Rows that each dataset has (kubevigil_dataset_rows).',
      unit: 'short',
      queries: [{ expr: 'kubevigil_dataset_rows', legend: DATASET }],
      span: 8,
    }),
    timeSeries({
      title: 'Gaps of the datasets',
      description: 'Times in which a node was not scraped, or in vain (kubevigil_dataset_gaps).',
      unit: 'short',
      queries: [{ expr: 'kubevigil_dataset_gaps', legend: DATASET }],
      span: 8,
    }),
    timeSeries({
      title: 'Duration of builds',
      description: 'How long the last run of the builder took (kubevigil_dataset_build_duration_seconds).',
      unit: 's',
      queries: [{ expr: 'kubevigil_dataset_build_duration_seconds', legend: DATASET }],
      span: 8,
    }),
  ],
};

const streams: Section = {
  title: 'Stream',
  panels: [
    timeSeries({
      title: 'Rows streamed',
      description: 'Rows of closed steps a second.',
      unit: 'cps',
      queries: [{ expr: streamRate('rows_total'), legend: '{{instance}}' }],
      span: 8,
    }),
    timeSeries({
      title: 'Rows late',
      description: 'How long the rows of the next step have been due.',
      unit: 's',
      queries: [{ expr: stream('lag_seconds'), legend: '{{instance}}' }],
      alarms: [60],
      span: 8,
    }),
    timeSeries({
      title: 'Gaps and failures',
      description:
        'Gaps by their reason, readings of Prometheus that failed, and episodes that came after their rows were final.',
      unit: 'cps',
      queries: [
        { expr: `sum by (reason) (${streamRate('gaps_total')})`, legend: 'gap: {{reason}}' },
        { expr: `sum(${streamRate('read_failures_total')})`, legend: 'reading failed' },
        { expr: `sum(${streamRate('late_episodes_total')})`, legend: 'late episode' },
      ],
      span: 8,
    }),
    timeSeries({
      title: 'Readers',
      description: 'Readers that are connected.',
      unit: 'short',
      queries: [{ expr: `sum by (instance) (${stream('clients')})`, legend: '{{instance}}' }],
      span: 8,
    }),
    timeSeries({
      title: 'Readers dropped and refused',
      description: 'Readers that were too slow, by how it showed, and readers beyond the limit.',
      unit: 'cps',
      queries: [
        { expr: `sum by (reason) (${streamRate('clients_dropped_total')})`, legend: 'dropped: {{reason}}' },
        { expr: `sum(${streamRate('clients_refused_total')})`, legend: 'refused' },
      ],
      span: 8,
    }),
    timeSeries({
      title: 'Memory of the ring',
      description: 'What the records take from which readers resume.',
      unit: 'bytes',
      queries: [{ expr: stream('ring_bytes'), legend: '{{instance}}' }],
      span: 8,
    }),
  ],
};

const truth: Section = {
  title: 'Ground truth',
  panels: [
    table({
      title: 'Episodes of the last hours',
      description:
        'Episodes that the scenarios exposed in the time shown, and when each began and ended; without an end it goes on.',
      labels: {
        scenario: 'Scenario',
        episode: 'Episode',
        role: 'Role',
        node: 'Node',
        namespace: 'Namespace',
        pod: 'Pod',
      },
      values: [
        {
          name: 'Began',
          expr: `max ${EPISODE} (last_over_time(${episodes('start_timestamp_seconds')}[$__range])) * 1000`,
          unit: 'dateTimeAsIso',
        },
        {
          name: 'Ended',
          expr: `max ${EPISODE} (last_over_time(${episodes('end_timestamp_seconds')}[$__range])) * 1000`,
          unit: 'dateTimeAsIso',
        },
      ],
      sortBy: 'Began',
      span: 24,
    }),
    timeSeries({
      title: 'Episodes under way',
      description: 'Scenarios that run, by their role: attacks, and look-alikes that are no attack.',
      unit: 'short',
      queries: [
        { expr: `sum by (scenario, role) (${episodes('active')})`, legend: '{{scenario}} ({{role}})' },
      ],
      span: 24,
    }),
  ],
};

/** What becomes of the samples: datasets, the live stream, and the ground truth for their labels. */
export const datasetsPage = page({
  uid: 'datasets',
  title: 'Kubevigil / Datasets',
  description: 'Datasets that grow, the live stream, and the ground truth for their labels.',
  variables: nodesVariables(),
  sections: [datasets, streams, truth],
});
