import { counter } from './model/define.ts';

export const containerOomMetrics = {
  kills: counter({
    datasets: ['pod'],
    name: 'kubevigil_container_oom_kills_total',
    help: 'Processes of the container that the kernel killed for want of memory.',
    labels: {},
    attribution: 'container',
    source:
      'tracepoint oom:mark_victim, else oom_kill of cgroup memory.events (v2) or memory.oom_control (v1)',
    since: 'agent',
    columns: [
      {
        name: 'container_oom_kills_per_second',
        help: 'Processes killed for want of memory.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
