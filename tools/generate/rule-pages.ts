import { parse } from 'yaml';
import { FIELDS, RULE_KINDS } from '../../exporter/catalogue/events/fields.ts';
import { cell, code, page, table } from './markdown.ts';

interface RuleText {
  readonly name: string;
  readonly on: string;
  readonly category?: string;
  readonly severity: string;
  readonly mitre: string;
  readonly description: string;
}

/** docs/reference/default-rules.md, from the rules file. */
export function defaultRulesPage(file: string): string {
  const { rules } = parse(file) as { readonly rules: readonly RuleText[] };
  const rows = rules.map(({ name, on, category, severity, mitre, description }) => [
    code(name),
    category === undefined ? on : `${on}, ${category}`,
    severity,
    mitre,
    cell(description),
  ]);
  return page(
    'exporter/rules/default.yaml',
    'Default rules',
    'How to except something, to replace a rule and to add your own is in [write a rule](../guides/write-a-rule.md).\n' +
      'What was tried to get round each rule is in [evasion](evasion.md).',
    table(['rule', 'on', 'severity', 'technique', 'what it means'], rows),
  );
}

/** docs/reference/rule-fields.md: what conditions can name. */
export function ruleFieldsPage(): string {
  const rows = RULE_KINDS.flatMap((kind) =>
    Object.entries<{ readonly type: string; readonly help: string; readonly absent?: string }>(
      FIELDS[kind],
    ).map(([name, { type, help, absent = '' }]) => [kind, code(name), cell(type), cell(help), cell(absent)]),
  );
  return page(
    'exporter/catalogue/events/',
    'Fields of rules',
    "The host's own processes and files have `pod_namespace`, `pod` and `container` empty. A rule that needs a field which an\n" +
      'event does not have does not match it, and `kubevigil_rule_missing_fields_total` counts that.',
    table(['on', 'field', 'type', 'what it is', 'absent when'], rows),
  );
}
