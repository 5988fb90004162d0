import { counter, OPEN } from './model/define.ts';

export const execsMetrics = {
  suspicious: counter({
    number: 19,
    family: 'security',
    datasets: ['node', 'pod'],
    name: 'kubevigil_suspicious_execs_total',
    help: 'Programs started that match an exec rule.',
    labels: { rule: OPEN },
    attribution: 'container',
    source: 'tracepoint sched:sched_process_exec, exec rules',
    reveals: 'shell in a container T1609, interpreters T1059',
    since: 'agent',
    columns: [
      {
        name: 'suspicious_execs_per_second',
        help: 'Programs started that match an exec rule.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
  events: counter({
    name: 'kubevigil_exec_events_total',
    help: 'Exec events read.',
    labels: {},
    source: 'tracepoint sched:sched_process_exec',
    since: 'agent',
    columns: [],
  }),
  lost: counter({
    name: 'kubevigil_exec_events_lost_total',
    help: 'Trace records of any kind, execs among them, that the kernel could not store for want of buffer.',
    labels: {},
    source: "per_cpu/*/stats of the agent's tracefs instance",
    since: 'agent',
    columns: [],
  }),
  unattributed: counter({
    name: 'kubevigil_exec_events_unattributed_total',
    help: 'Exec events whose cgroup could not be told.',
    labels: {},
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
  startsObserved: counter({
    name: 'kubevigil_process_starts_observed_total',
    help: 'Process starts that the agent saw; against forks it tells the coverage.',
    labels: {},
    source: 'tracepoint task:task_newtask, else polling of /proc',
    since: 'agent',
    columns: [],
  }),
};
