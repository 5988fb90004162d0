import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './datasource.ts';

type Variable = Builder<VariableModel>;

/** Values of a label, read again when the time range changes. */
function labelValues(name: string, label: string, series: string, several: boolean): Variable {
  const query = `label_values(${series}, ${name})`;
  const variable = new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
  if (!several) return variable.includeAll(false).multi(false);
  const all = { selected: true, text: ['All'], value: ['$__all'] };
  return variable.multi(true).includeAll(true).allValue('.*').current(all);
}

const datasource = (): Variable =>
  new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

const cluster = (): Variable => labelValues('cluster', 'Cluster', 'kubevigil_build_info', true);

const node = (several: boolean): Variable =>
  labelValues('node', 'Node', 'kubevigil_build_info{cluster=~"$cluster"}', several);

/** Where processes are, pods are. */
const PODS = 'kubevigil_processes{cluster=~"$cluster",node=~"$node",pod!=""';

/** For dashboards of many nodes. */
export const nodesVariables = (): Variable[] => [datasource(), cluster(), node(true)];

/** For dashboards of one node. */
export const nodeVariables = (): Variable[] => [datasource(), cluster(), node(false)];

/** For dashboards of one pod. */
export const podVariables = (): Variable[] => [
  ...nodesVariables(),
  labelValues('namespace', 'Namespace', `${PODS}}`, true),
  labelValues('pod', 'Pod', `${PODS},namespace=~"$namespace"}`, false),
];
