import { columnsOf, type Entity } from '../../exporter/catalogue/model/columns.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { cell, code, page, table } from './markdown.ts';

const MADE: Readonly<Record<'rate' | 'value', string>> = { rate: 'rate', value: 'newest value' };

function columns(metrics: readonly MetricSpec[], entity: Entity): string {
  const rows = columnsOf(metrics, entity).map(({ column, metric }) => [
    code(column.name),
    column.unit,
    MADE[column.op],
    cell(column.help),
    code(metric.name),
  ]);
  return table(['column', 'unit', 'made by', 'what it is', 'metric'], rows);
}

/** docs/reference/columns.md: the features of a dataset's rows. */
export function columnsPage(metrics: readonly MetricSpec[]): string {
  return page(
    'exporter/catalogue/',
    'Columns of datasets',
    'How a rate is taken and when a value is null is explained in [rows and rates](../concepts/rows-and-rates.md);\n' +
      'that page also has the columns that are no features.',
    '## Rows of nodes',
    columns(metrics, 'node'),
    '## Rows of pods',
    columns(metrics, 'pod'),
  );
}
