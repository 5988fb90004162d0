import { counter, gauge, OPEN } from './model/define.ts';

/** What the agent tells about its rules; their matches count under the metrics of their kinds. */
export const rulesMetrics = {
  info: gauge({
    name: 'kubevigil_rule_info',
    help: 'Always 1; a rule in use, what it is for and how serious a match is.',
    labels: {
      rule: OPEN,
      on: ['exec', 'connection', 'pod', 'file', 'log'],
      severity: ['info', 'warning', 'critical'],
      mitre: OPEN,
    },
    source: 'the default rules and --rules.file',
    columns: [],
  }),
  missingFields: counter({
    name: 'kubevigil_rule_missing_fields_total',
    help: 'Events that did not have a field which the rule needs, and so did not match.',
    labels: { rule: OPEN },
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
  failures: counter({
    name: 'kubevigil_rule_failures_total',
    help: 'Events on which the evaluation of the rule failed, by a division by zero for instance.',
    labels: { rule: OPEN },
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
  reloadSuccessful: gauge({
    name: 'kubevigil_rules_last_reload_successful',
    help: 'Whether the last reading of the rules was accepted (1), or the set before it stays in use (0).',
    labels: {},
    source: 'the agent',
    columns: [],
  }),
  reloadTimestamp: gauge({
    name: 'kubevigil_rules_last_reload_success_timestamp_seconds',
    help: 'When rules were last accepted, in Unix seconds.',
    labels: {},
    source: 'the agent',
    columns: [],
  }),
};
