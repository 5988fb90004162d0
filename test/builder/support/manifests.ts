import type { Manifest } from '../../../dataset/model/manifest.ts';
import { manifestSchema } from '../../../dataset/model/manifest.ts';

const DIGEST = 'ab'.repeat(32);
const START = '2026-11-23T00:00:15.000Z';
const END = '2026-11-23T01:00:00.000Z';

/** A small manifest that the schema accepts, with what the test wants to be different. */
export function manifestWith(changes: Partial<Manifest> = {}): Manifest {
  const statistics = { count: 4, nulls: 0, mean: 0.5, std: 0.1, min: 0.1, max: 0.9, auc: 0.7 };
  return manifestSchema.parse({
    schemaVersion: 2,
    builder: 'kubevigil-builder 0.0.0',
    configDigest: DIGEST,
    entity: 'node',
    prometheus: { version: '2.42.0', reading: 'remote-read', staleMarkers: true, jobs: ['kubevigil'] },
    format: 'parquet',
    start: START,
    end: END,
    watermark: END,
    step: '15s',
    window: '15s',
    freshness: '22s500ms',
    scrapeInterval: '15s',
    delay: '10s',
    rows: 10,
    rowsDigest: DIGEST,
    columns: [
      { name: 'timestamp', type: 'timestamp', help: 'End of the step.', nulls: 0 },
      { name: 'cluster', type: 'string', help: 'Cluster of the node.', nulls: 10 },
      { name: 'node', type: 'string', help: 'The node.', nulls: 0 },
      {
        name: 'cpu_busy_ratio',
        type: 'double',
        help: 'Share of CPU time.',
        nulls: 0,
        unit: 'ratio',
        metric: 'kubevigil_cpu_seconds_total',
        source: '/proc/stat',
        promql: 'x',
        window: '15s',
      },
      { name: 'label', type: 'string', help: 'Scenario.', nulls: 0 },
      { name: 'anomaly', type: 'int32', help: '1 during an attack.', nulls: 0 },
    ],
    entities: [{ cluster: null, node: 'node-a' }],
    files: [
      {
        path: 'data/date=2026-11-23/part-0.parquet',
        rows: 10,
        bytes: 999,
        sha256: DIGEST,
        start: START,
        end: END,
        labelDigest: DIGEST,
      },
    ],
    labels: [{ kind: 'episodes', file: 'episodes.csv', sha256: DIGEST, episodes: 1 }],
    conflicts: [],
    classBalance: { cpu_burn: 4, normal: 6 },
    phases: { attack: 4, normal: 6 },
    split: {
      by: 'time',
      fractions: [0.7, 0.15, 0.15],
      embargo: '30s',
      rows: { test: 4, train: 6 },
      classBalance: { test: { normal: 4 }, train: { cpu_burn: 4, normal: 2 } },
    },
    statistics: { cpu_busy_ratio: statistics },
    constantColumns: [],
    leakingColumns: [],
    missingColumns: [],
    gaps: [],
    warnings: [],
    ...changes,
  });
}
