import type { CounterSpec } from '../../exporter/catalogue/model/define.ts';
import { counted } from './counted.ts';
import { TARGETS } from './expressions.ts';
import type { AlertGroup } from './model.ts';

const NODE = '{{ $labels.node }}';
const UP = 'up{job="kubevigil",node="a",instance="a"}';
const BUILD = (node: string, version: string) =>
  `kubevigil_build_info{node="${node}",version="${version}",node_version="20.20.2"}`;
const SUCCESS = 'kubevigil_extractor_success{node="a",extractor="cgroup"}';
const LOST = 'kubevigil_exec_events_lost_total{node="a"}';
const OBSERVED = 'kubevigil_process_starts_observed_total{node="a"}';
const FORKS = 'kubevigil_forks_total{node="a"}';
const DROPPED = 'kubevigil_series_dropped_total{node="a",metric="kubevigil_processes"}';
const RELOADED = 'kubevigil_rules_last_reload_successful{node="a"}';
const FAILURES = 'kubevigil_rule_failures_total{node="a",rule="own_rule"}';
const SKIPPED = 'kubevigil_log_skipped_bytes_total{node="a"}';
/** In the last ten minutes, by the node and these labels. */
const lately = (metric: CounterSpec['name'], ...by: string[]) => counted({ metric, window: '10m', by });

/** What the exporter cannot see, and whether it is there at all: an agent that is silent is what an intruder wants. */
export const healthAlerts: AlertGroup = {
  name: 'kubevigil-exporter',
  title: 'The exporter itself',
  alerts: [
    {
      name: 'KubevigilExporterDown',
      expr: `${TARGETS} == 0`,
      for: { duration: '5m', why: 'a DaemonSet that is updated is away for less than a minute on each node' },
      severity: 'critical',
      technique: 'T1562.001',
      summary: `${NODE}: the exporter does not answer`,
      meaning:
        'The exporter of a node does not answer: it was ended, hangs, or cannot be reached. Nothing is seen there.',
      threshold: 'Five minutes without an answer.',
      look: [
        'Is the node itself there (`kubectl get node`)?',
        'The log of the exporter, and of the kubelet: who ended it?',
      ],
      harmless: ['A node that restarts.'],
      fires: {
        when: 'the exporter does not answer for ten minutes',
        input: { [UP]: '1x20 0x40' },
        at: '14m',
        labels: { job: 'kubevigil', node: 'a', instance: 'a' },
        summary: 'a: the exporter does not answer',
      },
      quiet: { when: 'it is replaced', input: { [UP]: '1x20 0x4 1x40' }, at: '14m' },
    },
    {
      name: 'KubevigilNodeUnwatched',
      expr: `group by (cluster, node) (kubevigil_build_info offset 30m) unless on (cluster, node) ${TARGETS}`,
      for: { duration: '5m', why: 'discovery forgets a pod that is replaced for some seconds' },
      severity: 'warning',
      technique: 'T1562.001',
      summary: `${NODE}: had an exporter half an hour ago, and is no target any more`,
      meaning:
        'A node that was watched is not looked for any more: its exporter was deleted, or the node is gone.',
      threshold:
        'Half an hour back; after that the alert ends by itself, so that nodes that are gone for good do not stay in it.',
      look: [
        '`kubectl get nodes`: still there? Then `kubectl get pods -o wide` in the namespace of the exporter: why is none on it (taints, node selector, deleted)?',
      ],
      harmless: ['Nodes that an autoscaler removed.'],
      fires: {
        when: 'the target is gone',
        input: { [BUILD('a', '1.0.0')]: '1x120 stale', [UP]: '1x120 stale' },
        at: '40m',
        labels: { node: 'a' },
        summary: 'a: had an exporter half an hour ago, and is no target any more',
      },
      quiet: {
        when: 'the target is there and down, which another alert tells',
        input: { [BUILD('a', '1.0.0')]: '1x120 stale', [UP]: '1x120 0x100' },
        at: '40m',
      },
    },
    {
      name: 'KubevigilExporterAbsent',
      expr: `absent(${TARGETS})`,
      for: { duration: '10m', why: 'a Prometheus that starts needs some minutes to find its targets' },
      severity: 'critical',
      technique: 'T1562.001',
      summary: 'no exporter at all is a target of this Prometheus',
      meaning:
        'No exporter is scraped: none is installed, all were deleted, or the scrape configuration lost them.',
      threshold: 'None at all; when some are left, `KubevigilNodeUnwatched` names the others.',
      look: [
        'The targets page of Prometheus, and the labels by which the configuration selects the pods.',
        '`kubectl get daemonset` in the namespace of the exporter.',
      ],
      harmless: [
        'A Prometheus that loads these rules and is not meant to scrape exporters: do not load them there.',
      ],
      fires: {
        when: 'the only target is gone',
        input: { [UP]: '1x20 stale' },
        at: '30m',
        labels: {},
        summary: 'no exporter at all is a target of this Prometheus',
      },
      quiet: {
        when: 'a target is there and down, which another alert tells',
        input: { [UP]: '0x120' },
        at: '30m',
      },
    },
    {
      name: 'KubevigilExtractorFailing',
      expr: 'kubevigil_extractor_success == 0',
      for: { duration: '10m', why: 'a mount or an API server that hangs comes back' },
      severity: 'warning',
      summary: `${NODE}: the extractor {{ $labels.extractor }} does not read all that it is for`,
      meaning:
        'A part of what the exporter measures is missing on this node: it may not read it, or could not make sense of it.',
      threshold: 'Ten minutes; what this kernel does not have is no failure and does not count.',
      look: [
        'The log of the exporter says why in one line, when it began.',
        'docs/concepts/privileges.md: what each right is for.',
      ],
      harmless: [
        'An exporter that runs on purpose without root: leave the extractor out with `--no-extractor.<name>`.',
      ],
      fires: {
        when: 'an extractor fails for a quarter of an hour',
        input: { [SUCCESS]: '1x20 0x80' },
        at: '20m',
        labels: { node: 'a', extractor: 'cgroup' },
        summary: 'a: the extractor cgroup does not read all that it is for',
      },
      quiet: {
        when: 'one scrape in two fails for want of time',
        input: { [SUCCESS]: '1 0 1 0 1 0 1 1 0 1 1 0 1x80' },
        at: '20m',
      },
    },
    {
      name: 'KubevigilEventsLost',
      expr: `${lately('kubevigil_exec_events_lost_total')} > 0`,
      for: {
        duration: '0s',
        why: 'events that are lost do not come back; the ten minutes of the expression keep it in sight',
      },
      severity: 'warning',
      technique: 'T1562.006',
      summary: `${NODE}: {{ $value | printf "%.0f" }} kernel events were lost in 10 minutes`,
      meaning:
        'More happened than the buffer holds: some program starts and connections were not seen. A flood of events can be meant to hide one.',
      threshold:
        'Any: the buffer is drained more often when it fills, so that none are lost at tens of thousands a second.',
      look: [
        '`KubevigilForkBurst` at the same time: who starts so many?',
        'What else happened on the node in those minutes, by sources that count (CPU, network, files).',
      ],
      harmless: ['Benchmarks that do nothing but fork.'],
      fires: {
        when: 'ten are lost',
        input: { [LOST]: '0x20 10x20' },
        at: '8m',
        labels: { node: 'a' },
        summary: 'a: 10 kernel events were lost in 10 minutes',
      },
      quiet: { when: 'some were lost long ago', input: { [LOST]: '1000x40' }, at: '8m' },
      born: { series: LOST, least: 1, summary: 'a: 1 kernel events were lost in 10 minutes' },
    },
    {
      name: 'KubevigilCoverageLow',
      expr: [
        'sum by (cluster, node) (rate(kubevigil_process_starts_observed_total[10m]))',
        '/ sum by (cluster, node) (rate(kubevigil_forks_total[10m])) < 0.9',
        'and sum by (cluster, node) (rate(kubevigil_forks_total[10m])) > 0.2',
      ].join(' '),
      for: {
        duration: '15m',
        why: 'both counters are read at slightly different moments; over 25 minutes that does not matter',
      },
      severity: 'info',
      summary: `${NODE}: the exporter sees {{ $value | humanizePercentage }} of what is started`,
      meaning:
        'The exporter sees only some of the programs that are started, because it polls `/proc`: kernel tracing (tracefs) cannot be had there.',
      threshold:
        'Below 90 %: tracing sees them all, polling misses what lives for less than a second. Not below one start in five seconds, where a single one decides.',
      look: [
        'The log of the exporter at its start says why there is no tracing.',
        'docs/concepts/privileges.md, and the mounts of the DaemonSet: `/sys/kernel/tracing/instances`.',
      ],
      harmless: [
        'Sandboxes and distributions that do not allow tracing: known, and then worth a silence for those nodes.',
      ],
      fires: {
        when: 'one start in ten is seen',
        input: { [OBSERVED]: '0+15x160', [FORKS]: '0+150x160' },
        at: '40m',
        labels: { node: 'a' },
        summary: 'a: the exporter sees 10% of what is started',
      },
      quiet: {
        when: 'one in two is seen, of one start a minute',
        input: { [OBSERVED]: '0+0.125x160', [FORKS]: '0+0.25x160' },
        at: '40m',
      },
    },
    {
      name: 'KubevigilSeriesDropped',
      expr: `${lately('kubevigil_series_dropped_total', 'metric')} > 0`,
      for: { duration: '5m', why: 'pods that are replaced count twice for five minutes' },
      severity: 'warning',
      summary: `${NODE}: {{ $labels.metric }} has more series than its cap; the rest is folded into the pod _other`,
      meaning:
        'A metric has more series than one exporter may expose: sums hold, but some pods are not told apart any more.',
      threshold: 'Any: 110 pods stay far below the cap.',
      look: [
        'Node dashboard: how many pods and containers are there? Thousands of short ones can be an attack on the monitoring.',
      ],
      harmless: ['Nodes with far more pods than usual.'],
      fires: {
        when: 'series are dropped at each scrape',
        input: { [DROPPED]: '0x20 0+30x80' },
        at: '20m',
        labels: { node: 'a', metric: 'kubevigil_processes' },
        summary:
          'a: kubevigil_processes has more series than its cap; the rest is folded into the pod _other',
      },
      quiet: { when: 'some were, an hour ago', input: { [DROPPED]: '30x300' }, at: '70m' },
      born: {
        series: DROPPED,
        least: 1,
        summary:
          'a: kubevigil_processes has more series than its cap; the rest is folded into the pod _other',
      },
    },
    {
      name: 'KubevigilRulesNotReloaded',
      expr: 'kubevigil_rules_last_reload_successful == 0',
      for: { duration: '2m', why: 'a file that is being written is read again a moment later' },
      severity: 'warning',
      summary: `${NODE}: the rules file is refused; the rules from before stay in use`,
      meaning: 'The rules file was changed, and has an error: new rules do not work yet.',
      threshold: 'Refused for two minutes.',
      look: [
        'The log of the exporter names file, line and reason.',
        '`kubevigil-exporter check-rules FILE` says the same before it is rolled out.',
      ],
      harmless: ['None: somebody believes in a rule that is not there.'],
      fires: {
        when: 'a bad file is rolled out',
        input: { [RELOADED]: '1x20 0x20' },
        at: '8m',
        labels: { node: 'a' },
        summary: 'a: the rules file is refused; the rules from before stay in use',
      },
      quiet: { when: 'it is put right within a minute', input: { [RELOADED]: '1x20 0x4 1x20' }, at: '8m' },
    },
    {
      name: 'KubevigilRuleFailing',
      expr: `${lately('kubevigil_rule_failures_total', 'rule')} > 0`,
      for: { duration: '0s', why: 'the ten minutes of the expression are enough' },
      severity: 'warning',
      summary: `${NODE}: the condition of the rule {{ $labels.rule }} fails on some events`,
      meaning:
        'A rule cannot be evaluated on some events, by a division by zero for instance: it does not match them, whatever they are.',
      threshold: 'Any: the default rules cannot fail.',
      look: ['The condition of the rule: guard what can be absent or zero.'],
      harmless: ['None.'],
      fires: {
        when: 'a rule fails',
        input: { [FAILURES]: '0x20 5x20' },
        at: '8m',
        labels: { node: 'a', rule: 'own_rule' },
        summary: 'a: the condition of the rule own_rule fails on some events',
      },
      quiet: { when: 'it failed before it was put right', input: { [FAILURES]: '5x80' }, at: '18m' },
      born: {
        series: FAILURES,
        least: 1,
        summary: 'a: the condition of the rule own_rule fails on some events',
      },
    },
    {
      name: 'KubevigilLogSkipped',
      expr: `${lately('kubevigil_log_skipped_bytes_total')} > 0`,
      for: { duration: '0s', why: 'what was skipped is not read later' },
      severity: 'info',
      technique: 'T1562.006',
      summary: `${NODE}: {{ $value | humanize1024 }}B of logs were skipped, which no rule saw`,
      meaning:
        'A log that rules watch grows faster than the exporter reads, or has lines of more than 16 KiB, whose ends no rule sees: failed logins in it may not have been counted. A flood, or a long line, can be meant to hide some.',
      threshold: 'Any: logs of logins are slow, and their lines short.',
      look: [
        'Which log grows? `ls -l /var/log`, and the pods with the labels `kubevigil.io/watch-logins` and `kubevigil.io/watch-web`.',
      ],
      harmless: ['A service that logs everything at debug level, or whole documents: do not select it.'],
      fires: {
        when: 'a mebibyte a minute is skipped',
        input: { [SKIPPED]: '0+262144x80' },
        at: '18m',
        labels: { node: 'a' },
        summary: 'a: 10MiB of logs were skipped, which no rule saw',
      },
      quiet: { when: 'some were skipped before', input: { [SKIPPED]: '10485760x80' }, at: '18m' },
      born: {
        series: SKIPPED,
        least: 1048576,
        summary: 'a: 1MiB of logs were skipped, which no rule saw',
      },
    },
    {
      name: 'KubevigilVersionSkew',
      expr: 'count by (cluster) (count by (cluster, version) (kubevigil_build_info)) > 1',
      for: { duration: '1h', why: 'a DaemonSet is rolled out to a hundred nodes within an hour' },
      severity: 'info',
      summary: '{{ $value }} versions of the exporter run at once',
      meaning:
        'Some nodes have another version of the exporter than others: a rollout is stuck, or a node was forgotten. Datasets of them may not compare.',
      threshold: 'Two versions for an hour.',
      look: [
        '`kubectl rollout status daemonset` in the namespace of the exporter.',
        'Exporter dashboard: which nodes have which version?',
      ],
      harmless: ['A trial of a new version on some nodes.'],
      fires: {
        when: 'one node stays behind',
        input: { [BUILD('a', '1.0.0')]: '1x400', [BUILD('b', '1.1.0')]: '1x400' },
        at: '90m',
        labels: {},
        summary: '2 versions of the exporter run at once',
      },
      quiet: {
        when: 'a rollout takes half an hour',
        input: { [BUILD('a', '1.0.0')]: '1x120 stale', [BUILD('b', '1.1.0')]: '1x400' },
        at: '90m',
      },
    },
  ],
};
