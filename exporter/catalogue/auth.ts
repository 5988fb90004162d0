import { counter, OPEN } from './model/define.ts';

export const authMetrics = {
  failures: counter({
    number: 23,
    family: 'security',
    datasets: ['node', 'pod'],
    name: 'kubevigil_auth_failures_total',
    help: 'Log lines that match a log rule: failed logins of SSH and of applications.',
    labels: { rule: OPEN },
    attribution: 'container',
    source: '/var/log/auth.log, /var/log/secure, else the journal; container logs that a rule selects',
    reveals: 'brute force T1110',
    since: 'agent',
    columns: [
      {
        name: 'auth_failures_per_second',
        help: 'Failed logins.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
        alarm: {
          of: 'pod',
          above: 0.1,
          why: 'People mistype a few times; six a minute that do not stop come from a machine.',
        },
      },
    ],
  }),
  skipped: counter({
    name: 'kubevigil_log_skipped_bytes_total',
    help: 'Bytes of logs given up because they came faster than they could be read.',
    labels: {},
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
};
