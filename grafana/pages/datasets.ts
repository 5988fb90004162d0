import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { datasetMetrics } from '../../exporter/catalogue/programs/dataset.ts';
import { scenarioMetrics } from '../../exporter/catalogue/programs/scenario.ts';
import { streamMetrics } from '../../exporter/catalogue/programs/stream.ts';
import { LATE_SECONDS, STOPPED_HOURS } from '../../prometheus/alerts/datasets.ts';
import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { alarmAbove } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import { NODE_MATCHERS, RATE_INTERVAL, select } from '../selectors.ts';
import { nodesVariables } from '../variables.ts';
import { page, type Section } from './page.ts';

const STOPPED_SECONDS = STOPPED_HOURS * 3600;

const WATERMARK = datasetMetrics.watermark.name;
/** The builder's labels of a dataset. */
const DATASET = '{{dataset}} {{shard}}';

const streamRate = ({ name }: ProgramMetric) => `rate(${name}[${RATE_INTERVAL}])`;
const episodes = ({ name }: ProgramMetric) => select(name, NODE_MATCHERS);
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
      description: `Rows that each dataset has (${datasetMetrics.rows.name}).`,
      unit: 'short',
      queries: [{ expr: datasetMetrics.rows.name, legend: DATASET }],
      span: 8,
    }),
    timeSeries({
      title: 'Gaps of the datasets',
      description: `Times in which a node was not scraped, or in vain (${datasetMetrics.gaps.name}).`,
      unit: 'short',
      queries: [{ expr: datasetMetrics.gaps.name, legend: DATASET }],
      span: 8,
    }),
    timeSeries({
      title: 'Duration of builds',
      description: `How long the last run of the builder took (${datasetMetrics.buildDuration.name}).`,
      unit: 's',
      queries: [{ expr: datasetMetrics.buildDuration.name, legend: DATASET }],
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
      queries: [{ expr: streamRate(streamMetrics.rows), legend: '{{instance}}' }],
      span: 8,
    }),
    timeSeries({
      title: 'Rows late',
      description: 'How long the rows of the next step have been due.',
      unit: 's',
      queries: [{ expr: streamMetrics.lag.name, legend: '{{instance}}' }],
      alarms: [LATE_SECONDS],
      span: 8,
    }),
    timeSeries({
      title: 'Gaps and failures',
      description:
        'Gaps by their reason, readings of Prometheus that failed, and episodes that came after their rows were final.',
      unit: 'cps',
      queries: [
        { expr: `sum by (reason) (${streamRate(streamMetrics.gaps)})`, legend: 'gap: {{reason}}' },
        { expr: `sum(${streamRate(streamMetrics.readFailures)})`, legend: 'reading failed' },
        { expr: `sum(${streamRate(streamMetrics.lateEpisodes)})`, legend: 'late episode' },
      ],
      span: 8,
    }),
    timeSeries({
      title: 'Readers',
      description: 'Readers that are connected.',
      unit: 'short',
      queries: [{ expr: `sum by (instance) (${streamMetrics.clients.name})`, legend: '{{instance}}' }],
      span: 8,
    }),
    timeSeries({
      title: 'Readers dropped and refused',
      description: 'Readers that were too slow, by how it showed, and readers beyond the limit.',
      unit: 'cps',
      queries: [
        {
          expr: `sum by (reason) (${streamRate(streamMetrics.clientsDropped)})`,
          legend: 'dropped: {{reason}}',
        },
        { expr: `sum(${streamRate(streamMetrics.clientsRefused)})`, legend: 'refused' },
      ],
      span: 8,
    }),
    timeSeries({
      title: 'Memory of the ring',
      description: 'What the records take from which readers resume.',
      unit: 'bytes',
      queries: [{ expr: streamMetrics.ringBytes.name, legend: '{{instance}}' }],
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
          expr: `max ${EPISODE} (last_over_time(${episodes(scenarioMetrics.start)}[$__range])) * 1000`,
          unit: 'dateTimeAsIso',
        },
        {
          name: 'Ended',
          expr: `max ${EPISODE} (last_over_time(${episodes(scenarioMetrics.end)}[$__range])) * 1000`,
          unit: 'dateTimeAsIso',
        },
      ],
      sortBy: 'Began',
      span: 24,
    }),
    timeSeries({
      title: 'Episodes under way',
      description: 'Scenarios that run, by their role: attacks, and benign workloads.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (scenario, role) (${episodes(scenarioMetrics.active)})`,
          legend: '{{scenario}} ({{role}})',
        },
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
