/** What a fleet costs those who store its samples, and what exporting them takes. Formulas; the constants are measured. */
import { exposedColumns } from '../../builder/config-schema.ts';
import { exposedSeries, type NodeShape, readSeries } from './series.ts';

const SECONDS_PER_DAY = 86_400;
const MEBIBYTE = 2 ** 20;

/**
 * Measured with `npm run simulate:scale -- --measure` (fleets of 10 and 40 nodes for a day, Node 20, a shared machine): CPU
 * time, not wall; memory at its peak.
 */
export const MEASURED = {
  /** Prometheus 2.42 in blocks, and Parquet; both depend on how values move. */
  storedBytesPerSample: 1.9,
  parquetBytesPerCell: 3.8,
  builderStartSeconds: 0.8,
  builderSecondsPerSample: 0.18e-6,
  builderSecondsPerRow: 19e-6,
  serverSecondsPerSample: 0.03e-6,
  builderBytes: 130 * MEBIBYTE,
  /** Of a day that is held: all features once, and what the writer makes of a node. */
  builderBytesPerCell: 14,
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
  /** `raw`: the exporter's series; `recorded`: one series for each column, of the recording rules. */
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
  /** Requests for samples by all shards: for each day `up`, and one for each metric. */
  readonly readings: number;
  readonly readingsAtOnce: number;
  readonly samples: number;
  /** Of the largest reading of one shard. */
  readonly largestReadingSamples: number;
  readonly rows: number;
  readonly columns: number;
}

/** Which samples are asked for, in how many requests. */
export function queryPlan(node: NodeShape, wanted: Export): QueryPlan {
  const { nodes, days, intervalSeconds, stepSeconds, shards, parallel, source } = wanted;
  const columns = exposedColumns('node').length;
  const read = source === 'raw' ? [...readSeries(node).values()] : Array<number>(columns).fill(1);
  const scrapesPerDay = SECONDS_PER_DAY / intervalSeconds;
  const perNode = read.reduce((sum, series) => sum + series, 0) + 1;
  return {
    readings: shards * days * (read.length + 1),
    readingsAtOnce: Math.min(shards, parallel) * READINGS_AT_ONCE,
    samples: nodes * days * scrapesPerDay * perNode,
    largestReadingSamples: Math.max(...read) * Math.ceil(nodes / shards) * scrapesPerDay,
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
  const { samples, rows, columns, largestReadingSamples } = plan;
  const cells = rows * columns;
  const { builderStartSeconds, builderSecondsPerSample, builderSecondsPerRow } = MEASURED;
  const builderCpuSeconds =
    shards * builderStartSeconds + samples * builderSecondsPerSample + rows * builderSecondsPerRow;
  return {
    builderCpuSeconds,
    serverCpuSeconds: samples * MEASURED.serverSecondsPerSample,
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
