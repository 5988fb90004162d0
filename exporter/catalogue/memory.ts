import { gauge } from './model/define.ts';

export const memoryMetrics = {
  bytes: gauge({
    number: 4,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_memory_bytes',
    help: 'Memory of the node: available to new work without swapping, and used (the rest).',
    labels: { state: ['used', 'available'] },
    source: '/proc/meminfo: MemAvailable, and MemTotal less MemAvailable',
    reveals: 'exhaustion T1499',
    columns: [
      {
        name: 'memory_used_ratio',
        help: 'Share of memory that is not available to new work.',
        unit: 'ratio',
        op: 'value',
        where: { state: ['used'] },
        over: {},
        aggregate: 'sum',
        resolution: 1e-6,
        alarm: {
          of: 'node',
          above: 0.95,
          why: 'The kubelet evicts from 100 MiB on, and the kernel kills soon after; the page cache does not count as used.',
        },
      },
    ],
  }),
};
