import { stat } from '../panels/stat.ts';
import { table } from '../panels/table.ts';
import { alarmAbove, alarmBelow } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import { NODE_MATCHERS, ofTargets, RATE_INTERVAL, select } from '../selectors.ts';
import { nodesVariables } from '../variables.ts';
import { page, type Section } from './page.ts';

const THIRD = 8;
const of = (name: string) => select(name, NODE_MATCHERS);
const rate = (name: string) => `rate(${of(name)}[${RATE_INTERVAL}])`;

const now: Section = {
  title: 'Now',
  panels: [
    stat({
      title: 'Exporters that answer',
      description: 'Share of the targets whose last scrape was successful.',
      unit: 'percentunit',
      query: { expr: `avg(${ofTargets('up', NODE_MATCHERS)})`, legend: 'up' },
      thresholds: alarmBelow(1),
      span: 6,
    }),
    stat({
      title: 'Extractors that fail',
      description:
        'Extractors of all nodes that do not read all that they are for (kubevigil_extractor_success is 0).',
      unit: 'short',
      query: { expr: `count(${of('kubevigil_extractor_success')} == 0) or vector(0)`, legend: 'extractors' },
      thresholds: alarmAbove(1),
      span: 6,
    }),
    stat({
      title: 'Rules refused',
      description: 'Nodes whose last rules file was refused, so that the one before is in use.',
      unit: 'short',
      query: {
        expr: `count(${of('kubevigil_rules_last_reload_successful')} == 0) or vector(0)`,
        legend: 'nodes',
      },
      thresholds: alarmAbove(1),
      span: 6,
    }),
    stat({
      title: 'Versions',
      description: 'Different versions of the exporter; one, unless an update is under way.',
      unit: 'short',
      query: { expr: `count(count by (version) (${of('kubevigil_build_info')}))`, legend: 'versions' },
      thresholds: alarmAbove(2),
      span: 6,
    }),
  ],
};

const cost: Section = {
  title: 'Cost',
  panels: [
    timeSeries({
      title: 'CPU of the exporter',
      description:
        'CPU time that the exporter of each node uses, all threads and garbage collection included.',
      unit: 'percentunit',
      queries: [
        {
          expr: `max by (node) (rate(${ofTargets('process_cpu_seconds_total', NODE_MATCHERS)}[${RATE_INTERVAL}]))`,
          legend: '{{node}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Memory of the exporter',
      description: 'Resident memory of the exporter of each node.',
      unit: 'bytes',
      queries: [
        {
          expr: `max by (node) (${ofTargets('process_resident_memory_bytes', NODE_MATCHERS)})`,
          legend: '{{node}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Duration of a scrape',
      description: 'How long Prometheus waited for the page.',
      unit: 's',
      queries: [
        {
          expr: `max by (node) (${ofTargets('scrape_duration_seconds', NODE_MATCHERS)})`,
          legend: '{{node}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Extractor CPU',
      description:
        'CPU time that each extractor takes, on average over the nodes (kubevigil_extractor_cpu_seconds_total).',
      unit: 'percentunit',
      queries: [
        {
          expr: `avg by (extractor) (${rate('kubevigil_extractor_cpu_seconds_total')})`,
          legend: '{{extractor}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Extractor duration',
      description:
        'How long each extractor took in the last scrape, on the slowest node (kubevigil_extractor_duration_seconds).',
      unit: 's',
      queries: [
        {
          expr: `max by (extractor) (${of('kubevigil_extractor_duration_seconds')})`,
          legend: '{{extractor}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Series of a scrape',
      description: 'Samples that each page has: what a node costs Prometheus.',
      unit: 'short',
      queries: [
        { expr: `max by (node) (${ofTargets('scrape_samples_scraped', NODE_MATCHERS)})`, legend: '{{node}}' },
      ],
      span: THIRD,
    }),
  ],
};

const coverage: Section = {
  title: 'Coverage: what it cannot see',
  panels: [
    timeSeries({
      title: 'Process starts seen',
      description:
        'Starts that the exporter saw (kubevigil_process_starts_observed_total) over all that the kernel counted (kubevigil_forks_total). Less than 90 %: it polls, and misses what is short.',
      unit: 'percentunit',
      queries: [
        {
          expr: `sum by (node) (${rate('kubevigil_process_starts_observed_total')}) / sum by (node) (${rate('kubevigil_forks_total')})`,
          legend: '{{node}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Exec events',
      description:
        'Program starts that were read, those whose control group could not be told, and trace records that the kernel had to drop, on all nodes.',
      unit: 'cps',
      queries: [
        { expr: `sum(${rate('kubevigil_exec_events_total')})`, legend: 'read' },
        { expr: `sum(${rate('kubevigil_exec_events_unattributed_total')})`, legend: 'unattributed' },
        { expr: `sum(${rate('kubevigil_exec_events_lost_total')})`, legend: 'lost' },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Not looked at',
      description:
        'Looks that failed, by reason, on all nodes (kubevigil_unseen_total): paths of programs that led on from an unknown folder, arguments of programs that had ended, processes, network namespaces, watched files and logs that could not be read, mounts that did not answer.',
      unit: 'cps',
      queries: [{ expr: `sum by (reason) (${rate('kubevigil_unseen_total')})`, legend: '{{reason}}' }],
      span: THIRD,
    }),
    timeSeries({
      title: 'Records of matches',
      description:
        'Records written (kubevigil_events_written_total), matches that were held back since their rule had too many in one pod (kubevigil_events_suppressed_total), and records that their output did not take (kubevigil_events_dropped_total), on all nodes.',
      unit: 'cps',
      queries: [
        { expr: `sum(${rate('kubevigil_events_written_total')})`, legend: 'written' },
        { expr: `sum(${rate('kubevigil_events_suppressed_total')})`, legend: 'held back' },
        { expr: `sum(${rate('kubevigil_events_dropped_total')})`, legend: 'dropped' },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Readers of records',
      description:
        'Readers of /events (kubevigil_events_readers), and those that are dropped a second, as they are too slow (kubevigil_events_readers_dropped_total), on all nodes.',
      unit: 'short',
      queries: [
        { expr: `sum(${of('kubevigil_events_readers')})`, legend: 'readers' },
        {
          expr: `sum by (reason) (${rate('kubevigil_events_readers_dropped_total')})`,
          legend: '{{reason}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Series folded or left out',
      description:
        'Series beyond the cap of their metric (kubevigil_series_dropped_total): sums hold, pods are not told apart.',
      unit: 'cps',
      queries: [
        {
          expr: `topk(10, sum by (metric) (${rate('kubevigil_series_dropped_total')}))`,
          legend: '{{metric}}',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Extractors that read everything',
      description:
        'Share of the nodes on which each extractor reads all that it is for (kubevigil_extractor_success).',
      unit: 'percentunit',
      queries: [
        { expr: `avg by (extractor) (${of('kubevigil_extractor_success')})`, legend: '{{extractor}}' },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Age of socket tables',
      description:
        'How old the oldest socket table is that a scrape reports: they are read in rotation, since reading all costs too much (kubevigil_socket_table_age_seconds).',
      unit: 's',
      queries: [{ expr: `max by (node) (${of('kubevigil_socket_table_age_seconds')})`, legend: '{{node}}' }],
      span: THIRD,
    }),
    timeSeries({
      title: 'Logs skipped',
      description:
        'Bytes of logs that no rule saw: too fast, or the end of a long line (kubevigil_log_skipped_bytes_total).',
      unit: 'binBps',
      queries: [{ expr: `max by (node) (${rate('kubevigil_log_skipped_bytes_total')})`, legend: '{{node}}' }],
      span: THIRD,
    }),
    timeSeries({
      title: 'Mounts that the exporter could write to',
      description:
        'Mounts of the host that the exporter was given to read and could write to, by the most of any node (kubevigil_writable_mounts). Of sysfs and tracefs there are some where the container runtime knows no recursive read-only mounts; below the root filesystem each mount of the host is one.',
      unit: 'short',
      queries: [{ expr: `max by (kind) (${of('kubevigil_writable_mounts')})`, legend: '{{kind}}' }],
      span: THIRD,
    }),
  ],
};

const rules: Section = {
  title: 'Rules',
  panels: [
    table({
      title: 'Rules in use',
      description:
        'What each rule is for, how serious a match is, and on how many nodes it is in use (kubevigil_rule_info).',
      labels: { rule: 'Rule', on: 'On', severity: 'Severity', mitre: 'Technique' },
      values: [
        {
          name: 'Nodes',
          expr: `count by (rule, on, severity, mitre) (${of('kubevigil_rule_info')})`,
          unit: 'short',
        },
      ],
      sortBy: 'Severity',
      span: THIRD,
    }),
    timeSeries({
      title: 'Rules that cannot be decided',
      description:
        'Events that lacked a field which the rule needs (kubevigil_rule_missing_fields_total), or on which its condition failed (kubevigil_rule_failures_total). The ten with most.',
      unit: 'cps',
      queries: [
        {
          expr: `topk(10, sum by (rule) (${rate('kubevigil_rule_missing_fields_total')}))`,
          legend: '{{rule}}: field missing',
        },
        {
          expr: `topk(10, sum by (rule) (${rate('kubevigil_rule_failures_total')}))`,
          legend: '{{rule}}: failed',
        },
      ],
      span: THIRD,
    }),
    timeSeries({
      title: 'Age of the rules',
      description:
        'How long ago rules were last accepted (kubevigil_rules_last_reload_success_timestamp_seconds).',
      unit: 's',
      queries: [
        {
          expr: `time() - min by (node) (${of('kubevigil_rules_last_reload_success_timestamp_seconds')})`,
          legend: '{{node}}',
        },
      ],
      span: THIRD,
    }),
  ],
};

const nodes: Section = {
  title: 'Nodes',
  panels: [
    table({
      title: 'What runs where',
      description: 'Version of the exporter and of Node.js on each node (kubevigil_build_info).',
      labels: { cluster: 'Cluster', node: 'Node', version: 'Version', node_version: 'Node.js' },
      values: [
        {
          name: 'Exporters',
          expr: `count by (cluster, node, version, node_version) (${of('kubevigil_build_info')})`,
          unit: 'short',
        },
      ],
      sortBy: 'Version',
      span: 10,
    }),
    table({
      title: 'What the nodes are',
      description:
        'Kernel, distribution and hardware of each node, read once at the start (kubevigil_node_info).',
      labels: {
        node: 'Node',
        kernel: 'Kernel',
        os: 'OS',
        os_version: 'OS version',
        arch: 'Architecture',
        cpu_model: 'CPU',
        virtualization: 'Virtualization',
      },
      values: [
        {
          name: 'Exporters',
          expr: `count by (node, kernel, os, os_version, arch, cpu_model, virtualization) (${of('kubevigil_node_info')})`,
          unit: 'short',
        },
      ],
      sortBy: 'Node',
      span: 14,
    }),
  ],
};

/** The exporter about itself: what it costs, what it cannot see, and what it goes by. */
export const exporterPage = page({
  uid: 'exporter',
  title: 'Kubevigil / Exporter',
  description: 'The exporters themselves: cost, coverage and drops.',
  variables: nodesVariables(),
  sections: [now, cost, coverage, rules, nodes],
});
