import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { ALARM, CALM } from '../colours.ts';
import { DATASOURCE } from '../datasource.ts';
import type { DataLink } from '../links.ts';
import { refId, tableQueries } from './queries.ts';
import { alarmAbove } from './thresholds.ts';

/** A column that has a query's values. */
export interface ValueColumn {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  /** From where on the cell is marked. */
  readonly alarm?: number;
}

export interface TableSpec {
  readonly title: string;
  readonly description: string;
  /** Columns that have labels, in order: the label, and what it is called. */
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly ValueColumn[];
  /** The column by which it is sorted, the largest first. */
  readonly sortBy: string;
  /** Where the cells of a label lead. */
  readonly links?: Readonly<Record<string, DataLink>>;
  readonly span?: number;
  readonly height?: number;
}

const WHOLE = 24;
const HEIGHT = 9;

function valueProperties({ unit, alarm }: ValueColumn) {
  const marked = [
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
    {
      id: 'thresholds',
      value: {
        mode: 'absolute',
        steps: [
          { value: null, color: CALM },
          { value: alarm, color: ALARM },
        ],
      },
    },
  ];
  return [{ id: 'unit', value: unit }, { id: 'decimals', value: 1 }, ...(alarm === undefined ? [] : marked)];
}

/** One row for each combination of labels, joined from one query a column. */
export function table(spec: TableSpec): PanelBuilder {
  const { title, description, labels, values, sortBy, links = {} } = spec;
  // A single query's values come as `Value`, those of several as `Value #A` and so on.
  const field = (i: number) => (values.length === 1 ? 'Value' : `Value #${refId(i)}`);
  const order = [...Object.keys(labels), ...values.map((_, i) => field(i))];
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit('short')
    .span(spec.span ?? WHOLE)
    .height(spec.height ?? HEIGHT)
    .thresholds(alarmAbove())
    .targets(tableQueries(values.map(({ expr }) => ({ expr, legend: '' }))))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(order.map((name, i) => [name, i])),
        renameByName: { ...labels, ...Object.fromEntries(values.map(({ name }, i) => [field(i), name])) },
      },
    })
    .sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  for (const column of values) panel.overrideByName(column.name, valueProperties(column));
  for (const [label, link] of Object.entries(links)) {
    panel.overrideByName(labels[label] ?? label, [{ id: 'links', value: [link] }]);
  }
  return panel;
}
