import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { ThresholdsConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { DATASOURCE } from '../datasource.ts';
import { instantQueries, type Query } from './queries.ts';
import { byThresholds } from './thresholds.ts';

export interface StatSpec {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly query: Query;
  readonly thresholds: Builder<ThresholdsConfig>;
  readonly span?: number;
  /** As high as its neighbours, where those are charts. */
  readonly height?: number;
}

const HEIGHT = 4;
const SIXTH = 4;

/** One number, now. It says itself what it is, so that its colour is never all there is. */
export function stat({
  title,
  description,
  unit,
  query,
  thresholds,
  span = SIXTH,
  height = HEIGHT,
}: StatSpec): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(span)
    .height(height)
    .targets(instantQueries([query]))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .textMode(BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .colorScheme(byThresholds())
    .thresholds(thresholds);
}
