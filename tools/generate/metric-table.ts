import { attributionLabels, type MetricSpec } from '../../exporter/catalogue/model/define.ts';

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function labelsCell(metric: MetricSpec): string {
  const own = Object.entries(metric.labels).map(([label, values]) =>
    typeof values === 'string' ? `\`${label}\`` : `\`${label}\` = ${values.join(', ')}`,
  );
  const added = attributionLabels(metric).map((label) => `\`${label}\``);
  return [...own, ...added].join('; ') || '–';
}

function row(metric: MetricSpec): string {
  const columns = metric.columns.map(({ name }) => `\`${name}\``).join(', ') || '–';
  const cells = [
    String(metric.number ?? ''),
    `\`${metric.name}\``,
    metric.type,
    labelsCell(metric),
    cell(metric.source),
    cell(metric.reveals ?? ''),
    columns,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The README's table: one row per metric, with the dataset columns that come from it. */
export function metricTable(metrics: readonly MetricSpec[]): string {
  const head = '| # | metric | type | labels | source | what it reveals | dataset columns |';
  return [head, '|---|---|---|---|---|---|---|', ...metrics.map(row)].join('\n');
}
