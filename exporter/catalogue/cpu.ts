import { counter } from './model/define.ts';

/** The columns of a `cpu` line that are exposed; guest time is part of user and nice already. */
export const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

const TICK_SECONDS = 0.01;

export const cpuMetrics = {
  seconds: counter({
    number: 1,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_cpu_seconds_total',
    help: 'Seconds that the CPUs of the node spent in each mode, summed over all CPUs.',
    labels: { mode: CPU_MODES },
    source: '/proc/stat, lines cpuN; small backward steps of idle and iowait are held',
    reveals: 'crypto-mining T1496',
    since: 'boot',
    columns: [
      {
        name: 'cpu_busy_ratio',
        help: 'Share of CPU time not spent idle or waiting for I/O.',
        unit: 'ratio',
        op: 'rate',
        where: { mode: { not: ['idle', 'iowait'] } },
        over: {},
        aggregate: 'sum',
        resolution: TICK_SECONDS,
        alarm: {
          of: 'node',
          above: 0.9,
          why: 'Scheduled work leaves gaps; a miner takes all that is left, all the time.',
        },
      },
      {
        name: 'cpu_system_ratio',
        help: 'Share of CPU time spent in the kernel, interrupts included.',
        unit: 'ratio',
        op: 'rate',
        where: { mode: ['system', 'irq', 'softirq'] },
        over: {},
        aggregate: 'sum',
        resolution: TICK_SECONDS,
      },
      {
        name: 'cpu_iowait_ratio',
        help: 'Share of CPU time idle while a task waited for I/O.',
        unit: 'ratio',
        op: 'rate',
        where: { mode: ['iowait'] },
        over: {},
        aggregate: 'sum',
        resolution: TICK_SECONDS,
      },
      {
        name: 'cpu_steal_ratio',
        help: 'Share of CPU time that the hypervisor gave to other guests.',
        unit: 'ratio',
        op: 'rate',
        where: { mode: ['steal'] },
        over: {},
        aggregate: 'sum',
        resolution: TICK_SECONDS,
      },
    ],
  }),
};
