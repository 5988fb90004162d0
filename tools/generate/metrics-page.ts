import { attributionLabels, type MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { cell, code, page, table } from './markdown.ts';

function labelsCell(metric: MetricSpec): string {
  const own = Object.entries(metric.labels).map(([label, values]) =>
    typeof values === 'string' ? code(label) : `${code(label)} = ${values.join(', ')}`,
  );
  return [...own, ...attributionLabels(metric).map(code)].join('; ') || '–';
}

function numbered(metric: MetricSpec): string[] {
  const columns = metric.columns.map(({ name }) => code(name)).join(', ') || '–';
  const { number, name, type, source, reveals = '' } = metric;
  return [String(number), code(name), type, labelsCell(metric), cell(source), cell(reveals), columns];
}

function unnumbered(metric: MetricSpec): string[] {
  const { name, type, help, source } = metric;
  return [code(name), type, labelsCell(metric), cell(help), cell(source)];
}

/** docs/reference/metrics.md: the 24, what pods and containers have beside them, and the agent itself. */
export function metricsPage(metrics: readonly MetricSpec[]): string {
  const others = metrics.filter(({ number }) => number === undefined);
  const head = ['metric', 'type', 'labels', 'what it is', 'source'];
  return page(
    'exporter/catalogue/',
    'Metrics',
    'What each figure counts, and whose it is, is explained in [attribution](../concepts/attribution.md).\n' +
      '[Columns](columns.md) has the units and help texts of the dataset columns.',
    '## The 24 metrics',
    table(
      ['#', 'metric', 'type', 'labels', 'source', 'what it reveals', 'dataset columns'],
      metrics.filter(({ number }) => number !== undefined).map(numbered),
    ),
    '## Containers and pods',
    'These give a container its own share where the figure of a node is not a sum of shares.',
    table(head, others.filter(({ datasets }) => datasets !== undefined).map(unnumbered)),
    '## The agent itself',
    table(head, others.filter(({ datasets }) => datasets === undefined).map(unnumbered)),
  );
}
