import { parse } from 'yaml';
import { FIELDS, RULE_KINDS } from '../../exporter/catalogue/events/fields.ts';
import { ownFields, partOf, RECORD_HEAD } from '../../exporter/catalogue/events/record.ts';

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

interface Described {
  readonly type: string;
  readonly help: string;
  readonly absent?: string;
}

interface RuleText {
  readonly name: string;
  readonly on: string;
  readonly category?: string;
  readonly severity: string;
  readonly mitre: string;
  readonly description: string;
}

/** The README's table of the rules in a rules file. */
export function ruleTable(file: string): string {
  const { rules } = parse(file) as { readonly rules: readonly RuleText[] };
  return [
    row(['rule', 'on', 'severity', 'technique', 'what it means']),
    '|---|---|---|---|---|',
    ...rules.map(({ name, on, category, severity, mitre, description }) =>
      row([
        `\`${name}\``,
        category === undefined ? on : `${on}, ${category}`,
        severity,
        mitre,
        cell(description),
      ]),
    ),
  ].join('\n');
}

/** The README's table of what conditions can name. */
export function fieldTable(): string {
  const rows = RULE_KINDS.flatMap((kind) =>
    Object.entries<{ readonly type: string; readonly help: string; readonly absent?: string }>(
      FIELDS[kind],
    ).map(([name, { type, help, absent }]) =>
      row([kind, `\`${name}\``, cell(type), cell(help), absent === undefined ? '' : cell(absent)]),
    ),
  );
  return [row(['on', 'field', 'type', 'what', 'absent when']), '|---|---|---|---|---|', ...rows].join('\n');
}

/** The fields of a record, those that all have first. */
export function recordTable(): string {
  const fields = (under: string, specs: readonly (readonly [string, Described])[]) =>
    specs.map(([name, { type, help, absent = '' }]) =>
      row([`\`${under}${name}\``, cell(type), cell(help), cell(absent)]),
    );
  const kinds = RULE_KINDS.flatMap((kind) => fields(`${partOf(kind)}.`, ownFields(kind)));
  const head = fields('', Object.entries<Described>(RECORD_HEAD));
  return [row(['field', 'type', 'what', 'absent when']), '|---|---|---|---|', ...head, ...kinds].join('\n');
}
