import { counter } from './model/define.ts';

export const PRESSURE_RESOURCES = ['cpu', 'memory', 'io'] as const;

const MICROSECOND = 1e-6;

export const pressureMetrics = {
  waiting: counter({
    number: 2,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_pressure_waiting_seconds_total',
    help: 'Seconds during which at least one task waited for the resource.',
    labels: { resource: PRESSURE_RESOURCES },
    source: '/proc/pressure/<resource>, "some" total (microseconds)',
    reveals: 'resource hijacking T1496, denial of service T1499',
    since: 'boot',
    columns: [
      {
        name: 'cpu_pressure_ratio',
        help: 'Share of time during which at least one task waited for a CPU.',
        unit: 'ratio',
        op: 'rate',
        where: { resource: ['cpu'] },
        aggregate: 'sum',
        resolution: MICROSECOND,
      },
      {
        name: 'memory_pressure_ratio',
        help: 'Share of time during which at least one task waited for memory.',
        unit: 'ratio',
        op: 'rate',
        where: { resource: ['memory'] },
        aggregate: 'sum',
        resolution: MICROSECOND,
        alarm: {
          of: 'node',
          above: 0.2,
          why: 'Reclaim under ordinary load costs a few percent; a fifth of the time means that tasks stand still.',
        },
      },
      {
        name: 'io_pressure_ratio',
        help: 'Share of time during which at least one task waited for I/O.',
        unit: 'ratio',
        op: 'rate',
        where: { resource: ['io'] },
        aggregate: 'sum',
        resolution: MICROSECOND,
        alarm: {
          of: 'node',
          above: 0.4,
          why: 'Backups stay below it on disks that suit their node; overwriting a disk does not.',
        },
      },
    ],
  }),
};
