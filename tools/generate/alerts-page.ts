import type { AlertGroup } from '../../prometheus/alerts/model.ts';
import { cell, code, page, table } from './markdown.ts';

/** docs/reference/alerts.md: every alert, with its runbook. */
export function alertsPage(groups: readonly AlertGroup[]): string {
  const sections = groups.flatMap(({ title, alerts }) => [
    `## ${title}`,
    table(
      ['alert', 'severity', 'technique', 'for', 'what it means'],
      alerts.map(({ name, severity, technique, for: { duration }, meaning }) => [
        `[${code(name)}](../../prometheus/runbooks/${name}.md)`,
        severity === 'rule' ? "the rule's" : severity,
        severity === 'rule' ? "the rule's" : (technique ?? '–'),
        duration,
        cell(meaning),
      ]),
    ),
  ]);
  return page(
    'prometheus/alerts/',
    'Alerts',
    'Each alert links to its runbook: what it means, why its threshold is where it is, what to look at, what is harmless.\n' +
      'How to load them is in [dashboards and alerts](../guides/dashboards-and-alerts.md).',
    ...sections,
  );
}
