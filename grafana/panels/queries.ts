import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCE } from '../datasource.ts';

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** Of each series: a fixed text where there is one, else a template such as `{{rule}}`. */
  readonly legend: string;
}

/** The i-th query is A, B, C … */
export function refId(i: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + i);
}

function base({ expr, legend }: Query, i: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(i)).datasource(DATASOURCE).expr(expr).legendFormat(legend);
}

/** Over the dashboard's time. */
export const rangeQueries = (queries: readonly Query[]) => queries.map((query, i) => base(query, i).range());

/** At its end, one value per series. */
export const instantQueries = (queries: readonly Query[]) =>
  queries.map((query, i) => base(query, i).instant());

/** At its end, labels as columns. */
export const tableQueries = (queries: readonly Query[]) =>
  queries.map((query, i) => base(query, i).instant().format(PromQueryFormat.Table));
