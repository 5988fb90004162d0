import { counter } from './model/define.ts';

export const forksMetrics = {
  forks: counter({
    number: 18,
    family: 'security',
    datasets: ['node'],
    name: 'kubevigil_forks_total',
    help: 'Processes and threads started.',
    labels: {},
    source: '/proc/stat, processes',
    reveals: 'fork bombs T1499, execution T1059',
    since: 'boot',
    columns: [
      {
        name: 'forks_per_second',
        help: 'Processes and threads started.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
        alarm: {
          of: 'node',
          above: 200,
          why: 'Builds and cron jobs reach some dozen; probes one each. The alert asks for ten times the usual, too.',
        },
      },
    ],
  }),
};
