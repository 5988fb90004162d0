import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** All dashboards of Kubevigil have it, and the links between them go by it. */
export const TAG = 'kubevigil';

export const UIDS = {
  cluster: 'kubevigil-cluster',
  node: 'kubevigil-node',
  pod: 'kubevigil-pod',
  exporter: 'kubevigil-exporter',
  datasets: 'kubevigil-datasets',
  detector: 'kubevigil-detector',
} as const;

/** The SDK puts links into a menu of the newest Grafana alone; on the bar they are seen, in all versions. */
function onTheBar(link: DashboardLinkBuilder): Builder<DashboardLink> {
  return {
    build() {
      const { placement: _, ...rest } = link.build();
      return rest;
    },
  };
}

/** To the other dashboards, with the variables and the time that are chosen here. */
export function toOthers(): Builder<DashboardLink> {
  return onTheBar(
    new DashboardLinkBuilder('Kubevigil')
      .type(DashboardLinkType.Dashboards)
      .tags([TAG])
      .includeVars(true)
      .keepTime(true),
  );
}

/** A link of a value, as Grafana keeps it. */
export interface DataLink {
  readonly title: string;
  readonly url: string;
}

/** From a table's cell to the dashboard of the pod in its row, with the same variables and time. */
export const TO_POD: DataLink = {
  title: 'Pod',
  url: `/d/${UIDS.pod}?\${datasource:queryparam}&\${cluster:queryparam}&\${node:queryparam}&var-namespace=\${__data.fields.Namespace}&var-pod=\${__data.fields.Pod}&\${__url_time_range}`,
};

/** From a table's cell to the dashboard of the node in its row, with the same variables and time. */
export const TO_NODE: DataLink = {
  title: 'Node',
  url: `/d/${UIDS.node}?\${datasource:queryparam}&\${cluster:queryparam}&var-node=\${__data.fields.Node}&\${__url_time_range}`,
};
