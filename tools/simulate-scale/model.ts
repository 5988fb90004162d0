/** What a fleet costs those who store its samples, and what exporting them takes. Formulas; the constants are measured. */
import { exposedColumns } from '../../builder/config/schema.ts';
import { agentMetrics } from '../../exporter/catalogue/agent.ts';
import { exposedSeries, type NodeShape, readSeries, seriesOf } from './series.ts';

const SECONDS_PER_DAY = 86_400;
const MEBIBYTE = 2 ** 20;

/**
 * Measured with `npm run simulate:scale -- --measure`: 10 nodes for a day take 2.4 s of the builder's CPU, 0.07 s of the
 * server's and 211 MiB, 40 nodes 5.0 s, 0.14 s and 332 MiB (Node 20, a shared machine). CPU time, not wall; memory at its peak.
 */
export const MEASURED = {
  /** The upper of Prometheus' own 1 to 2; synthetic values, which are more random than a node's, take 3.3. */
  storedBytesPerSample: 2,
  /** Of a value that is no null; synthetic ones. */
  parquetBytesPerCell: 3,
  builderStartSeconds: 1.5,
  builderSecondsPerSample: 0.13e-6,
  builderSecondsPerRow: 11.8e-6,
  serverSecondsPerSample: 0.03e-6,
  /** By query_range, as JSON: see docs/decisions/0008-how-the-builder-reads-and-writes.md. */
  builderSecondsPerPoint: 0.45e-6,
  serverSecondsPerPoint: 0.17e-6,
  builderBytes: 168 * MEBIBYTE,
  /** Of a day that is held: all features once, and what the writer makes of a node. */
  builderBytesPerCell: 13.6,
  /** Time and value, in arrays that grow. */
  builderBytesPerSample: 24,
} as const;

/** A reading is of one metric and one day, at most two at a time: a request each. See builder/stages/fetch.ts. */
const READINGS_AT_ONCE = 2;
/** Prometheus' --storage.remote.read-concurrent-limit unless it is set. */
export const SERVER_READINGS_AT_ONCE = 10;

/** What is to be exported, and by how many pods. */
export interface Export {
  readonly nodes: number;
  readonly days: number;
  readonly intervalSeconds: number;
  readonly stepSeconds: number;
  readonly shards: number;
  readonly parallel: number;
  /**
   * `raw`: the exporter's series, by remote read. `recorded`: one series for each column, of the recording rules, by
   * query_range; every shard asks for all nodes, since an expression cannot be told which are its own.
   */
  readonly source: 'raw' | 'recorded';
}

export interface Storage {
  readonly seriesPerNode: number;
  readonly series: number;
  readonly samplesPerSecond: number;
  readonly storedBytes: number;
}

/** What Prometheus, or what it writes to, has to bear. */
export function storage(node: NodeShape, { nodes, days, intervalSeconds }: Export): Storage {
  const seriesPerNode = exposedSeries(node);
  const series = seriesPerNode * nodes;
  const samplesPerSecond = series / intervalSeconds;
  const storedBytes = samplesPerSecond * SECONDS_PER_DAY * days * MEASURED.storedBytesPerSample;
  return { seriesPerNode, series, samplesPerSecond, storedBytes };
}

export interface QueryPlan {
  /** Requests for samples by all shards: for each day `up`, one for each metric, and what agents tell of themselves. */
  readonly readings: number;
  readonly readingsAtOnce: number;
  readonly samples: number;
  /** Of the largest reading of one shard. */
  readonly largestReadingSamples: number;
  readonly source: Export['source'];
  readonly rows: number;
  readonly columns: number;
}

/** What agents tell of their machines and extractors, which the builder reads beside the columns. */
const FACTS = [agentMetrics.nodeInfo, agentMetrics.extractorSuccess];

/** What kube-state-metrics tells of nodes: read once a day, one series a node where it is there at all. */
const KUBE_READINGS = 1;

/** Which samples are asked for, in how many requests. */
export function queryPlan(node: NodeShape, wanted: Export): QueryPlan {
  const { nodes, days, intervalSeconds, stepSeconds, shards, parallel, source } = wanted;
  const columns = exposedColumns('node').length;
  const read = source === 'raw' ? [...readSeries(node).values()] : Array<number>(columns).fill(1);
  const scrapesPerDay = SECONDS_PER_DAY / intervalSeconds;
  const facts = FACTS.map((metric) => seriesOf(metric, node));
  const perNode = [...read, ...facts].reduce((sum, series) => sum + series, 0) + 1;
  const times = source === 'raw' ? 1 : shards;
  return {
    source,
    readings: shards * days * (read.length + 1 + facts.length + KUBE_READINGS),
    readingsAtOnce: Math.min(shards, parallel) * READINGS_AT_ONCE,
    samples: times * nodes * days * scrapesPerDay * perNode,
    largestReadingSamples: Math.max(...read) * Math.ceil((times * nodes) / shards) * scrapesPerDay,
    rows: nodes * days * (SECONDS_PER_DAY / stepSeconds),
    columns,
  };
}

export interface Cost {
  /** Of all shards together. */
  readonly builderCpuSeconds: number;
  readonly serverCpuSeconds: number;
  /** From the first pod to the last, one CPU each. */
  readonly wallSeconds: number;
  readonly bytesPerShard: number;
  readonly datasetBytes: number;
}

/** What the plan takes. */
export function cost(plan: QueryPlan, { days, shards, parallel }: Export): Cost {
  const { samples, rows, columns, largestReadingSamples, source } = plan;
  const cells = rows * columns;
  const isRaw = source === 'raw';
  const builderCpuSeconds =
    shards * MEASURED.builderStartSeconds +
    samples * (isRaw ? MEASURED.builderSecondsPerSample : MEASURED.builderSecondsPerPoint) +
    rows * MEASURED.builderSecondsPerRow;
  return {
    builderCpuSeconds,
    serverCpuSeconds: samples * (isRaw ? MEASURED.serverSecondsPerSample : MEASURED.serverSecondsPerPoint),
    wallSeconds: (builderCpuSeconds / shards) * Math.ceil(shards / parallel),
    bytesPerShard:
      MEASURED.builderBytes +
      (cells / days / shards) * MEASURED.builderBytesPerCell +
      READINGS_AT_ONCE * largestReadingSamples * MEASURED.builderBytesPerSample,
    datasetBytes: cells * MEASURED.parquetBytesPerCell,
  };
}

/** The least number of shards whose pods stay within so many bytes each; undefined when one node alone is more. */
export function shardsFor(node: NodeShape, wanted: Export, mostBytes: number): number | undefined {
  const fits = (shards: number) => {
    const one = { ...wanted, shards };
    return cost(queryPlan(node, one), one).bytesPerShard <= mostBytes;
  };
  if (!fits(wanted.nodes)) return undefined;
  let [low, high] = [1, wanted.nodes];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
