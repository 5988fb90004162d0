import { counter, OPEN } from './model/define.ts';

/** What the lines are about that a log rule matches; a rule that names none is `other`. */
export const LOG_CATEGORIES = ['auth', 'web', 'other'] as const;

export type LogCategory = (typeof LOG_CATEGORIES)[number];

export const logsMetrics = {
  lines: counter({
    number: 23,
    family: 'security',
    datasets: ['node', 'pod'],
    name: 'kubevigil_suspicious_log_lines_total',
    help: 'Log lines that match a log rule: failed logins of SSH and of applications, attacks on web services.',
    labels: { rule: OPEN, category: LOG_CATEGORIES },
    attribution: 'container',
    source: '/var/log/auth.log, /var/log/secure, else the journal; container logs that a rule selects',
    reveals: 'brute force T1110, attacks on web services T1190, scans of them T1595',
    since: 'agent',
    columns: [
      {
        name: 'auth_failures_per_second',
        help: 'Failed logins: lines of rules of the category auth.',
        unit: 'per_second',
        op: 'rate',
        where: { category: ['auth'] },
        aggregate: 'sum',
        resolution: 1,
        alarm: {
          of: 'pod',
          above: 0.1,
          why: 'People mistype a few times; six a minute that do not stop come from a machine.',
        },
      },
      {
        name: 'web_attacks_per_second',
        help: 'Requests that look like attacks on a web service: lines of rules of the category web. One request counts once for each rule that it matches.',
        unit: 'per_second',
        op: 'rate',
        where: { category: ['web'] },
        aggregate: 'sum',
        resolution: 1,
        alarm: {
          of: 'pod',
          above: 0.5,
          why: 'Bots try a few paths and go away; a scanner makes dozens of such requests a second.',
        },
      },
      {
        name: 'other_log_lines_per_second',
        help: 'Lines of all other log rules.',
        unit: 'per_second',
        op: 'rate',
        where: { category: ['other'] },
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
  skipped: counter({
    name: 'kubevigil_log_skipped_bytes_total',
    help: 'Bytes of logs that no rule saw: they came faster than they could be read, or were the end of a line beyond 16 KiB.',
    labels: {},
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
};
