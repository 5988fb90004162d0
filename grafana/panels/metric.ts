import { type CatalogueColumn, columnsOf, type Entity } from '../../exporter/catalogue/model/columns.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { columnQuery } from '../../exporter/catalogue/model/promql.ts';
import { NODE_MATCHERS, POD_MATCHERS, RATE_INTERVAL, select } from '../selectors.ts';
import { titleOf } from '../titles.ts';
import { unitId } from '../units.ts';
import type { Query } from './queries.ts';
import { type TimeSeriesSpec, timeSeries } from './time-series.ts';

const MATCHERS: Readonly<Record<Entity, readonly string[]>> = { node: NODE_MATCHERS, pod: POD_MATCHERS };

/** The label by which a metric is looked at, if it has but one column, over all its series. */
function breakdown(metric: MetricSpec, columns: readonly CatalogueColumn[]): string | undefined {
  const [only] = columns;
  const whole = columns.length === 1 && only?.column.where === undefined && only?.column.over === undefined;
  return whole ? Object.keys(metric.labels)[0] : undefined;
}

function queriesOf(metric: MetricSpec, columns: readonly CatalogueColumn[], entity: Entity): Query[] {
  const label = breakdown(metric, columns);
  if (label === undefined) {
    return columns.map((column) => ({
      expr: columnQuery(column, entity, RATE_INTERVAL, MATCHERS[entity]),
      legend: column.column.name,
    }));
  }
  const series = select(metric.name, MATCHERS[entity]);
  const value = metric.type === 'counter' ? `rate(${series}[${RATE_INTERVAL}])` : series;
  return [{ expr: `sum by (${label}) (${value})`, legend: `{{${label}}}` }];
}

/** What the metric is, what it reveals, and where the alarm comes from. */
function descriptionOf(metric: MetricSpec, columns: readonly CatalogueColumn[], entity: Entity): string {
  const alarms = columns.flatMap(({ column: { name, alarm } }) =>
    alarm?.of === entity ? [`Alarm: ${name} above ${alarm.above}. ${alarm.why}`] : [],
  );
  const reveals = metric.reveals === undefined ? [] : [`Reveals: ${metric.reveals}.`];
  return [metric.help, ...reveals, ...alarms, `Metric: ${metric.name}.`].join(' ');
}

/** The metric's columns over time; undefined when it has none for such an entity. */
export function metricPanel(
  metric: MetricSpec,
  entity: Entity,
  layout: Pick<TimeSeriesSpec, 'span'> = {},
): ReturnType<typeof timeSeries> | undefined {
  const columns = columnsOf([metric], entity);
  const [first] = columns;
  if (first === undefined) return undefined;
  const alarms = columns.flatMap(({ column: { alarm } }) => (alarm?.of === entity ? [alarm.above] : []));
  return timeSeries({
    title: titleOf(metric),
    description: descriptionOf(metric, columns, entity),
    unit: unitId(first.column.unit),
    queries: queriesOf(metric, columns, entity),
    alarms,
    ...layout,
  });
}
