/** What is usual for a node or pod, where no bound fits every machine: recorded, because a day is costly to read. */
import type { Entity } from '../../exporter/catalogue/model/columns.ts';

/** The last day of a column. */
export interface Baseline {
  readonly column: string;
  readonly entity: Entity;
  /** `max` leaves the last half hour out, so that what is new is new for so long. */
  readonly operation: 'avg' | 'max';
}

/** Every baseline that alerts compare with. */
export const BASELINES: readonly Baseline[] = [
  { column: 'disk_write_bytes_per_second', entity: 'node', operation: 'avg' },
  { column: 'network_transmit_bytes_per_second', entity: 'node', operation: 'avg' },
  { column: 'forks_per_second', entity: 'node', operation: 'avg' },
  { column: 'processes', entity: 'node', operation: 'avg' },
  { column: 'tcp_established', entity: 'pod', operation: 'avg' },
  { column: 'listening_sockets', entity: 'pod', operation: 'max' },
  { column: 'network_sniffers', entity: 'pod', operation: 'max' },
];

/**
 * How often a day is read: 0.3 ms of CPU for each series (measured with 15 s between samples), so that the pods of a hundred nodes
 * take some seconds.
 */
export const BASELINE_INTERVAL = '5m';

/** The recorded series of a baseline: `node:kubevigil_processes:avg1d`. */
export function baselineName({ column, entity, operation }: Baseline): string {
  return `${entity}:kubevigil_${column}:${operation}1d`;
}
