import type { AlertRule, RecordingRule, RuleGroup } from './rule-files.ts';

/** One test of promtool's, as far as it says what it is about. */
export interface PromtoolTest {
  readonly name: string;
  readonly alert_rule_test?: readonly { readonly alertname: string; exp_alerts: object[] }[];
  readonly promql_expr_test?: readonly { readonly expr: string }[];
}

const NAMES = /[a-zA-Z_:][\w:]*/g;

const nameOf = (rule: AlertRule | RecordingRule) => ('alert' in rule ? rule.alert : rule.record);

/**
 * The rules that these tests look at, and those that they are made of, in the groups and the order that they are in. An evaluation of one of these
 * does not depend on any other: promtool evaluates whatever it is given once a minute of each test, most of it for nothing.
 */
export function neededRules(groups: readonly RuleGroup[], tests: readonly PromtoolTest[]): RuleGroup[] {
  const rules = groups.flatMap(({ rules }) => rules);
  const wanted = new Set(
    tests.flatMap(({ alert_rule_test = [], promql_expr_test = [] }) => [
      ...alert_rule_test.map(({ alertname }) => alertname),
      ...promql_expr_test.flatMap(({ expr }) => expr.match(NAMES) ?? []),
    ]),
  );
  for (let before = -1; wanted.size > before; ) {
    before = wanted.size;
    for (const rule of rules)
      if (wanted.has(nameOf(rule))) for (const name of rule.expr.match(NAMES) ?? []) wanted.add(name);
  }
  return groups
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => wanted.has(nameOf(rule))) }))
    .filter(({ rules }) => rules.length > 0);
}

/** Tests by what they are about: the alerts and expressions that they name. */
export function bySubject<T extends PromtoolTest>(tests: readonly T[]): T[][] {
  const subjects = new Map<string, T[]>();
  for (const test of tests) {
    const { alert_rule_test = [], promql_expr_test = [] } = test;
    const subject = JSON.stringify([
      ...new Set([
        ...alert_rule_test.map(({ alertname }) => alertname),
        ...promql_expr_test.map(({ expr }) => expr),
      ]),
    ]);
    subjects.set(subject, [...(subjects.get(subject) ?? []), test]);
  }
  return [...subjects.values()];
}
