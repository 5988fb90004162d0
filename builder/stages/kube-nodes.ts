/**
 * Which Kubernetes the nodes ran, as kube-state-metrics tells it in the same Prometheus. Agents do not ask the API server about nodes,
 * so that they need no right to: where nobody scrapes kube-state-metrics, the version is not known.
 *
 * @see https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/cluster/node-metrics.md
 */
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Plan } from '../plan/model.ts';
import type { RawSeries, SeriesSelector } from '../samples/series.ts';

export type KubeNode = NonNullable<Manifest['kubernetes']>[number];

/** Labels of a scrape's own target, which is kube-state-metrics and not the node. */
const OF_TARGET = ['instance', 'job', 'namespace', 'pod', 'container'];
/** `v1.29.3`, `v1.30.2-eks-1552ad0`, `v1.28.5+k3s1` */
const VERSION = /^v?\d+\.\d[\w.+~-]{0,60}$/;
/** `containerd://1.7.13` */
const RUNTIME = /^[\w.+-]{1,40}:\/\/[\w.+~-]{1,60}$/;

/** Asked for as the nodes themselves are, but for labels that another target cannot share with them. */
export function kubeNodeSelector({
  selector,
  nodeLabel,
}: Pick<Plan['config'], 'selector' | 'nodeLabel'>): SeriesSelector {
  const matchers = selector.filter(({ name }) => name !== nodeLabel && !OF_TARGET.includes(name));
  return { metric: 'kube_node_info', matchers };
}

/**
 * The nodes of `kube_node_info`; those without a version that is one are left out.
 *
 * Where the scrape gave its target a label `node`, the label of the series has become `exported_node`.
 */
export function kubeNodesOf(
  series: readonly RawSeries[],
  { clusterLabel }: Pick<Plan['config'], 'clusterLabel'>,
): KubeNode[] {
  return series.flatMap(({ labels, timestampsMs }) => {
    const node = labels['exported_node'] || labels['node'] || '';
    const { kubelet_version: version = '', container_runtime_version: runtime = '' } = labels;
    if (node === '' || timestampsMs.length === 0 || !VERSION.test(version)) return [];
    const cluster = labels[clusterLabel] || null;
    return [{ cluster, node, version, ...(RUNTIME.test(runtime) && { runtime }) }];
  });
}
