/** Every dashboard; grafana/dashboards/ and grafana/generated/ are generated from here. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { clusterPage } from './pages/cluster.ts';
import { datasetsPage } from './pages/datasets.ts';
import { detectorPage } from './pages/detector.ts';
import { exporterPage } from './pages/exporter.ts';
import { nodePage } from './pages/node.ts';
import { podPage } from './pages/pod.ts';

export const DASHBOARDS: readonly Dashboard[] = [
  clusterPage,
  nodePage,
  podPage,
  exporterPage,
  datasetsPage,
  detectorPage,
];
