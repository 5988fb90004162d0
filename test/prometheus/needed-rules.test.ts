import { expect } from 'chai';
import { bySubject, neededRules } from './support/needed-rules.ts';
import type { AlertRule, RuleGroup } from './support/rule-files.ts';

const alert = (name: string, expr: string): AlertRule => ({
  alert: name,
  expr,
  for: '1m',
  labels: {},
  annotations: {},
});
const GROUPS: readonly RuleGroup[] = [
  {
    name: 'columns',
    rules: [
      { record: 'node:a:rate1m', expr: 'rate(a[1m])' },
      { record: 'node:b', expr: 'b' },
    ],
  },
  { name: 'usual', rules: [{ record: 'node:a:avg1d', expr: 'avg_over_time(node:a:rate1m[1d])' }] },
  { name: 'alerts', rules: [alert('High', 'node:a:rate1m > 10 * node:a:avg1d'), alert('Low', 'node:b < 1')] },
];
const about = (alertname: string, name = '') => ({
  name,
  alert_rule_test: [{ alertname, exp_alerts: [] }],
});

describe('the rules that a test of promtool needs', () => {
  const names = (groups: readonly RuleGroup[]) =>
    groups.map(({ name, rules }) => [
      name,
      ...rules.map((rule) => ('alert' in rule ? rule.alert : rule.record)),
    ]);

  it('are its alert and all that this is made of', () => {
    expect(names(neededRules(GROUPS, [about('High')]))).to.deep.equal([
      ['columns', 'node:a:rate1m'],
      ['usual', 'node:a:avg1d'],
      ['alerts', 'High'],
    ]);
    expect(names(neededRules(GROUPS, [about('Low')]))).to.deep.equal([
      ['columns', 'node:b'],
      ['alerts', 'Low'],
    ]);
  });

  it('are also those that an expression names', () => {
    const expr = 'count(ALERTS{alertname=~"High|Low"})';
    const test = { name: '', promql_expr_test: [{ expr }] };
    expect(neededRules(GROUPS, [test])).to.deep.equal(GROUPS);
  });

  it('are told for all tests of the same subject together', () => {
    const tests = [about('High', 'fires'), about('Low', 'fires'), about('High', 'is quiet')];
    expect(bySubject(tests)).to.deep.equal([[tests[0], tests[2]], [tests[1]]]);
  });
});
