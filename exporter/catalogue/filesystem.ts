import { gauge, OPEN } from './model/define.ts';

export const filesystemMetrics = {
  used: gauge({
    number: 7,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_filesystem_used_ratio',
    help: 'Share of a filesystem in use, as an ordinary user sees it: space reserved for root counts as used up.',
    labels: { mountpoint: OPEN, resource: ['bytes', 'inodes'] },
    source: 'statfs(2) of each mount; pseudo and network filesystems are skipped',
    reveals: 'disk fill T1499',
    columns: [
      {
        name: 'filesystem_used_ratio',
        help: 'Share of space in use on the fullest filesystem.',
        unit: 'ratio',
        op: 'value',
        where: { resource: ['bytes'] },
        aggregate: 'max',
        resolution: 1e-6,
        alarm: {
          of: 'node',
          above: 0.9,
          why: 'The kubelet collects images at 85 % and evicts pods at 90 %.',
        },
      },
      {
        name: 'filesystem_inodes_used_ratio',
        help: 'Share of inodes in use on the filesystem with the fewest left.',
        unit: 'ratio',
        op: 'value',
        where: { resource: ['inodes'] },
        aggregate: 'max',
        resolution: 1e-6,
        alarm: {
          of: 'node',
          above: 0.9,
          why: 'The kubelet evicts pods at 95 %; files by the million appear faster than bytes do.',
        },
      },
    ],
  }),
};
