import { counter, OPEN } from './model/define.ts';

export const execsMetrics = {
  suspicious: counter({
    number: 19,
    name: 'kubevigil_suspicious_execs_total',
    help: 'Programs started that match an exec rule.',
    labels: { rule: OPEN },
    attribution: 'container',
    source: 'tracepoint sched:sched_process_exec, exec rules',
    reveals: 'shell in a container T1609, interpreters T1059',
    since: 'birth',
    status: 'planned',
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
};
