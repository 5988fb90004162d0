/** Whose doing a node's column is when several scenarios are on at once: a pod's own rows tell its share of many. */
import { availableParallelism, totalmem } from 'node:os';
import { METRICS } from '../../../exporter/catalogue/index.ts';
import { columnsOf } from '../../../exporter/catalogue/model/columns.ts';

/** The pod's column of the same quantity, and what it is multiplied by to be in the node's unit. */
export interface Twin {
  readonly column: string;
  readonly scale: number;
}

const ofNode = columnsOf(METRICS, 'node').map(({ column }) => column.name);
const ofPod = columnsOf(METRICS, 'pod').map(({ column }) => column.name);

/** Quantities that have another name, or another unit, in rows about pods. */
const RENAMED: Readonly<Record<string, Twin>> = {
  cpu_busy_ratio: { column: 'container_cpu_cores', scale: 1 / availableParallelism() },
  memory_used_ratio: { column: 'container_memory_working_set_bytes', scale: 1 / totalmem() },
  oom_kills_per_second: { column: 'container_oom_kills_per_second', scale: 1 },
  disk_read_bytes_per_second: { column: 'container_disk_read_bytes_per_second', scale: 1 },
  disk_write_bytes_per_second: { column: 'container_disk_write_bytes_per_second', scale: 1 },
  network_receive_bytes_per_second: { column: 'container_network_receive_bytes_per_second', scale: 1 },
  network_transmit_bytes_per_second: { column: 'container_network_transmit_bytes_per_second', scale: 1 },
};

/** The twin of a node's column; none where the kernel counts for the whole machine alone. */
export function twinOf(column: string): Twin | undefined {
  return RENAMED[column] ?? (ofPod.includes(column) ? { column, scale: 1 } : undefined);
}

/** Node columns in which nobody can tell the shares of two pods. */
export const UNTOLD: ReadonlySet<string> = new Set(ofNode.filter((column) => twinOf(column) === undefined));
