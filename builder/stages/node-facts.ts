/** What is known of the nodes beside their rows: the machines, and what their agents could not read. */
import { wholeMs } from '../../common/ms.ts';
import { formatTime } from '../../common/times.ts';
import type { NamedEntity } from '../../dataset/model/entity.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Partition } from '../../dataset/model/rows.ts';
import { byNode } from '../../dataset/model/table.ts';
import { agentMetrics } from '../../exporter/catalogue/agent.ts';
import type { Plan } from '../plan/model.ts';
import { jobMatcher } from '../prometheus/selectors.ts';
import type { RawSeries, SampleSource, SeriesSelector } from '../samples/series.ts';
import { type KubeNode, kubeNodeSelector, kubeNodesOf } from './kube-nodes.ts';
import { type Untold, united } from './untold.ts';

type Machine = NonNullable<Manifest['machines']>[number];
type Unread = NonNullable<Manifest['unread']>[number];

/** What an agent tells of its machine. */
const DESCRIBED = ['kernel', 'os', 'os_version', 'arch', 'cpu_model', 'virtualization'] as const;

/** Series of one partition, in whose time alone they are looked at. */
interface Told {
  readonly info: readonly RawSeries[];
  readonly success: readonly RawSeries[];
  readonly kube: readonly RawSeries[];
}

/** What a manifest has of it. */
type Facts = Pick<Manifest, 'machines' | 'kubernetes' | 'unread' | 'untold'>;

/** Reads what agents told of themselves in the time of a partition's rows. */
export async function readNodeFacts(
  source: SampleSource,
  plan: Plan,
  { firstMs, lastMs }: Partition,
): Promise<Told> {
  const matchers = [jobMatcher(plan.jobs), ...plan.config.selector, ...plan.shardMatchers];
  const read = (selector: SeriesSelector) =>
    source.read(selector, wholeMs(firstMs - plan.stepMs), wholeMs(lastMs));
  return {
    info: await read({ metric: agentMetrics.nodeInfo.name, matchers }),
    success: await read({ metric: agentMetrics.extractorSuccess.name, matchers }),
    kube: await read(kubeNodeSelector(plan.config)),
  };
}

const orderOf = (one: { readonly cluster: string | null; readonly node: string }) => ({
  ...one,
  cluster: one.cluster ?? '',
});

/** By node, and those of one node by what is told. */
function inNodeOrder<T extends { readonly cluster: string | null; readonly node: string }>(
  all: ReadonlyMap<string, T>,
): T[] {
  return [...all]
    .sort(([a, one], [b, other]) => byNode(orderOf(one), orderOf(other)) || (a < b ? -1 : 1))
    .map(([, one]) => one);
}

/** Gathers what is told of nodes, partition by partition: the same whatever the partitions are. */
export class NodeFacts {
  readonly #names: Pick<Plan['config'], 'nodeLabel' | 'clusterLabel'>;
  readonly #machines = new Map<string, Machine>();
  readonly #kubernetes = new Map<string, KubeNode>();
  readonly #unread = new Map<string, Unread>();
  readonly #untold: Untold = [];

  constructor(names: Pick<Plan['config'], 'nodeLabel' | 'clusterLabel'>) {
    this.#names = names;
  }

  add({ info, success, kube }: Told): void {
    for (const { labels, timestampsMs } of info) {
      const name = this.#nameOf(labels);
      if (name === undefined || timestampsMs.length === 0) continue;
      const described = DESCRIBED.flatMap((key) => (labels[key] ? [[key, labels[key]] as const] : []));
      const machine: Machine = { ...name, ...Object.fromEntries(described) };
      this.#machines.set(JSON.stringify(machine), machine);
    }
    for (const { labels, values } of success) {
      const name = this.#nameOf(labels);
      const { extractor } = labels;
      const times = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
      if (name !== undefined && extractor !== undefined && times > 0)
        this.#count({ ...name, extractor }, times);
    }
    for (const node of kubeNodesOf(kube, this.#names)) this.#kubernetes.set(JSON.stringify(node), node);
  }

  /** The server did not give what agents told in the time of these rows, which are not read again. */
  lose({ firstMs, lastMs }: Partition): void {
    this.#untold.push({ start: formatTime(firstMs), end: formatTime(lastMs) });
  }

  #nameOf(labels: RawSeries['labels']): { cluster: string | null; node: string } | undefined {
    const node = labels[this.#names.nodeLabel] ?? '';
    return node === '' ? undefined : { cluster: labels[this.#names.clusterLabel] || null, node };
  }

  #count({ cluster, node, extractor }: Omit<Unread, 'times'>, times: number): void {
    const key = JSON.stringify([cluster, node, extractor]);
    this.#unread.set(key, { cluster, node, extractor, times: (this.#unread.get(key)?.times ?? 0) + times });
  }

  /** Takes what is told already: by the dataset that is continued, or by a shard. */
  join({ machines = [], kubernetes = [], unread = [], untold = [] }: Facts): void {
    for (const machine of machines) this.#machines.set(JSON.stringify(machine), machine);
    for (const node of kubernetes) this.#kubernetes.set(JSON.stringify(node), node);
    for (const each of unread) this.#count(each, each.times);
    this.#untold.push(...untold);
  }

  /**
   * As the manifest has them, in the order of nodes; absent where nobody told anything.
   *
   * @param entities what there are rows of: a cluster may have nodes that the dataset has not
   */
  result(entities: readonly NamedEntity[], stepMs: number): Facts {
    const nodes = new Set(entities.map(({ cluster, node }) => JSON.stringify([cluster, node])));
    const machines = inNodeOrder(this.#machines);
    const kubernetes = inNodeOrder(this.#kubernetes).filter(({ cluster, node }) =>
      nodes.has(JSON.stringify([cluster, node])),
    );
    const unread = [...this.#unread.values()].sort(
      (a, b) => byNode(orderOf(a), orderOf(b)) || (a.extractor < b.extractor ? -1 : 1),
    );
    const untold = united(this.#untold, stepMs);
    return {
      ...(machines.length > 0 && { machines }),
      ...(kubernetes.length > 0 && { kubernetes }),
      ...(unread.length > 0 && { unread }),
      ...(untold.length > 0 && { untold }),
    };
  }
}
