import { counter } from './model/define.ts';

export const oomMetrics = {
  kills: counter({
    number: 5,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_oom_kills_total',
    help: 'Processes that the kernel killed for want of memory.',
    labels: {},
    source: '/proc/vmstat, oom_kill (Linux 4.13 or newer)',
    reveals: 'exhaustion T1499',
    since: 'boot',
    columns: [
      {
        name: 'oom_kills_per_second',
        help: 'Processes killed for want of memory.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
