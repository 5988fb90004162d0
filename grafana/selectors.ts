/** Which series a dashboard shows: said once, so that no panel looks at other nodes than its neighbours. */
import { EXPORTER_JOB } from '../exporter/catalogue/model/promql.ts';

/** Written as Grafana's variables; `=~` because several values can be chosen, and `All` is `.*`, which an absent label matches. */
export const NODE_MATCHERS: readonly string[] = ['cluster=~"$cluster"', 'node=~"$node"'];
export const POD_MATCHERS: readonly string[] = [...NODE_MATCHERS, 'namespace=~"$namespace"', 'pod=~"$pod"'];

/** Grafana's own window for rates: at least four scrapes, and wider where a pixel is. */
export const RATE_INTERVAL = '$__rate_interval';

/** The series of a name that the matchers let through. */
export function select(name: string, matchers: readonly string[], extra: readonly string[] = []): string {
  return `${name}{${[...matchers, ...extra].join(',')}}`;
}

/** Prometheus' own series about the exporters. */
export function ofTargets(name: string, matchers: readonly string[]): string {
  return select(name, [EXPORTER_JOB], matchers);
}

/** Alerts of Kubevigil that fire. */
export function firing(matchers: readonly string[], extra: readonly string[] = []): string {
  return select('ALERTS', ['alertname=~"Kubevigil.+"', 'alertstate="firing"'], [...matchers, ...extra]);
}
