/** Pieces of PromQL and of templates that several alerts share. */

import { METRICS } from '../../exporter/catalogue/index.ts';
import { type CatalogueColumn, columnsOf, type Entity } from '../../exporter/catalogue/model/columns.ts';
import type { CounterSpec } from '../../exporter/catalogue/model/define.ts';
import { EXPORTER_JOB, RECORDED_WINDOW, recordingRuleName } from '../../exporter/catalogue/model/promql.ts';
import { BASELINES, baselineName } from './baselines.ts';
import { counted } from './counted.ts';

/** The exporters as targets. */
export const TARGETS = `up{${EXPORTER_JOB}}`;

/** Where it happened, as a template: the pod and its node, or the node. */
export const PLACE = '{{ with $labels.pod }}{{ $labels.namespace }}/{{ . }} on {{ end }}{{ $labels.node }}';

function find(name: string, entity: Entity): CatalogueColumn {
  const found = columnsOf(METRICS, entity).find(({ column }) => column.name === name);
  if (found === undefined) throw new Error(`no column ${name} of a ${entity} in the catalogue`);
  return found;
}

/** The recorded series of a column. */
export function recorded(name: string, entity: Entity): string {
  return recordingRuleName(find(name, entity), entity, RECORDED_WINDOW);
}

/** From where on a column is an alarm, by the catalogue. */
export function alarmOf(name: string) {
  const { alarm } = find(name, 'node').column;
  if (alarm === undefined) throw new Error(`the column ${name} has no alarm in the catalogue`);
  return alarm;
}

/** The column above its alarm in the catalogue. */
export function overAlarm(name: string): string {
  const { of, above } = alarmOf(name);
  return `${recorded(name, of)} > ${above}`;
}

/** The catalogue's reason for a column's alarm. */
export function alarmReason(name: string): string {
  const { above, why } = alarmOf(name);
  return `\`${name}\` above ${above}: ${why}`;
}

/** What was usual in the last day; nothing for what is younger than its baseline. */
export function usual(column: string, entity: Entity, operation: 'avg' | 'max'): string {
  const baseline = BASELINES.find(
    (one) => one.column === column && one.entity === entity && one.operation === operation,
  );
  if (baseline === undefined)
    throw new Error(`no baseline ${operation} of ${column} of a ${entity} is recorded`);
  // It is recorded more seldom than an instant selector looks back.
  return `last_over_time(${baselineName(baseline)}[15m])`;
}

/** The column is more than `factor` times its mean of the last day. */
export function overUsual(column: string, entity: Entity, factor: number): string {
  return `${recorded(column, entity)} > ${factor} * ${usual(column, entity, 'avg')}`;
}

/**
 * Matches of rules in the last ten minutes, with severity and technique of the rule, for every rule that is more than
 * information: rules that users add alert without another word.
 */
export function ruleMatches(metric: CounterSpec['name'], on: string, by: readonly string[]): string {
  return withRule(`(${counted({ metric, window: '10m', by: [...by, 'rule'] })} > 0)`, on);
}

/** Gives a vector with a label `rule` the severity and technique of its rule, and leaves out rules of other severities; mere information, if none is said. */
export function withRule(vector: string, on: string, severity = 'severity!="info"'): string {
  const info = `kubevigil_rule_info{on="${on}",${severity}}`;
  return `${vector} * on (cluster, node, rule) group_left (severity, mitre) max by (cluster, node, rule, severity, mitre) (${info})`;
}
