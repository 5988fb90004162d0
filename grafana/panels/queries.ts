import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { EXEMPLIFIED } from '../../exporter/catalogue/evidence.ts';
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

/** Whether Prometheus may have exemplars of what is asked for. */
const hasExemplars = ({ expr }: Query) => [...EXEMPLIFIED].some((metric) => expr.includes(metric));

/** Over the dashboard's time; events that rules count are drawn as points, where Prometheus stores exemplars. */
export const rangeQueries = (queries: readonly Query[]) =>
  queries.map((query, i) => {
    const range = base(query, i).range();
    return hasExemplars(query) ? range.exemplar(true) : range;
  });

/** At its end, one value per series. */
export const instantQueries = (queries: readonly Query[]) =>
  queries.map((query, i) => base(query, i).instant());

/** At its end, labels as columns. */
export const tableQueries = (queries: readonly Query[]) =>
  queries.map((query, i) => base(query, i).instant().format(PromQueryFormat.Table));
