import { counter, OPEN } from './model/define.ts';

export const filesMetrics = {
  changes: counter({
    number: 22,
    family: 'security',
    datasets: ['node'],
    name: 'kubevigil_file_changes_total',
    help: 'Changes of content or metadata of the paths that a file rule watches.',
    labels: { rule: OPEN },
    source: 'stat(2) and a hash of the content of watched paths under the root filesystem',
    reveals: 'persistence T1053, credentials T1552.001',
    since: 'agent',
    columns: [
      {
        name: 'file_changes_per_second',
        help: 'Changes of watched files.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
