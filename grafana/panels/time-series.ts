import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { lineLook } from '../colours.ts';
import { DATASOURCE } from '../datasource.ts';
import { type Query, rangeQueries, refId } from './queries.ts';
import { alarmAbove, byName } from './thresholds.ts';

export interface TimeSeriesSpec {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Dashed lines, from where on it is an alarm for one of the queries. */
  readonly alarms?: readonly number[];
  /** Of 24 columns; a phone shows one panel a row whatever this is. */
  readonly span?: number;
}

const HEIGHT = 8;
const HALF = 12;

/** Each query's line looks the same on every panel, and is told apart without colour. */
function look(i: number) {
  const { colour, dash } = lineLook(i);
  const style = dash.length === 0 ? { fill: 'solid' } : { fill: 'dash', dash: [...dash] };
  return [
    { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
    { id: 'custom.lineStyle', value: style },
  ];
}

/** Values over time. A gap in the line is a gap in the data: nothing is joined. */
export function timeSeries({
  title,
  description,
  unit,
  queries,
  alarms = [],
  span = HALF,
}: TimeSeriesSpec): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(span)
    .height(HEIGHT)
    .targets(rangeQueries(queries))
    .axisSoftMin(0)
    .lineWidth(1)
    .fillOpacity(5)
    .spanNulls(false)
    .showPoints(VisibilityMode.Auto)
    .colorScheme(byName())
    .thresholds(alarmAbove(...alarms))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (alarms.length > 0) {
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  queries.forEach(({ legend }, i) => {
    // A template stands for any number of series, to which one colour would give no difference.
    if (!legend.includes('{{')) panel.overrideByQuery(refId(i), look(i));
  });
  return panel;
}
