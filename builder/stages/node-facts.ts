/** What is known of the nodes beside their rows: the machines, and what their agents could not read. */
import { wholeMs } from '../../common/ms.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Partition } from '../../dataset/model/rows.ts';
import { byNode } from '../../dataset/model/table.ts';
import { agentMetrics } from '../../exporter/catalogue/agent.ts';
import type { Plan } from '../plan/model.ts';
import { jobMatcher } from '../prometheus/selectors.ts';
import type { RawSeries, SampleSource } from '../samples/series.ts';

type Machine = NonNullable<Manifest['machines']>[number];
type Unread = NonNullable<Manifest['unread']>[number];

/** What an agent tells of its machine. */
const DESCRIBED = ['kernel', 'os', 'os_version', 'arch', 'cpu_model', 'virtualization'] as const;

/** Series of one partition, in whose time alone they are looked at. */
interface Told {
  readonly info: readonly RawSeries[];
  readonly success: readonly RawSeries[];
}

/** Reads what agents told of themselves in the time of a partition's rows. */
export async function readNodeFacts(
  source: SampleSource,
  plan: Plan,
  { firstMs, lastMs }: Partition,
): Promise<Told> {
  const matchers = [jobMatcher(plan.jobs), ...plan.config.selector, ...plan.shardMatchers];
  const read = (metric: string) =>
    source.read({ metric, matchers }, wholeMs(firstMs - plan.stepMs), wholeMs(lastMs));
  return {
    info: await read(agentMetrics.nodeInfo.name),
    success: await read(agentMetrics.extractorSuccess.name),
  };
}

const orderOf = (one: { readonly cluster: string | null; readonly node: string }) => ({
  ...one,
  cluster: one.cluster ?? '',
});

/** Gathers what is told of nodes, partition by partition: the same whatever the partitions are. */
export class NodeFacts {
  readonly #names: Pick<Plan['config'], 'nodeLabel' | 'clusterLabel'>;
  readonly #machines = new Map<string, Machine>();
  readonly #unread = new Map<string, Unread>();

  constructor(names: Pick<Plan['config'], 'nodeLabel' | 'clusterLabel'>) {
    this.#names = names;
  }

  add({ info, success }: Told): void {
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
  join({ machines = [], unread = [] }: Pick<Manifest, 'machines' | 'unread'>): void {
    for (const machine of machines) this.#machines.set(JSON.stringify(machine), machine);
    for (const each of unread) this.#count(each, each.times);
  }

  /** As the manifest has them, in the order of nodes; absent where nobody told anything. */
  result(): Pick<Manifest, 'machines' | 'unread'> {
    const machines = [...this.#machines.entries()]
      .sort(([a, one], [b, other]) => byNode(orderOf(one), orderOf(other)) || (a < b ? -1 : 1))
      .map(([, machine]) => machine);
    const unread = [...this.#unread.values()].sort(
      (a, b) => byNode(orderOf(a), orderOf(b)) || (a.extractor < b.extractor ? -1 : 1),
    );
    return {
      ...(machines.length > 0 && { machines }),
      ...(unread.length > 0 && { unread }),
    };
  }
}
