/** Columns that ordinary work may move, whatever it is. */
import type { ColumnName } from './columns.ts';

/** Programs that compute: in a CPU's time, in memory, and held back by a limit. */
export const COMPUTING = [
  'cpu_busy_ratio',
  'cpu_system_ratio',
  'cpu_pressure_ratio',
  'cpu_throttled_seconds_per_second',
  'memory_used_ratio',
  'processes',
  'processes_running',
  'forks_per_second',
  'container_cpu_cores',
  'container_memory_working_set_bytes',
] as const satisfies readonly ColumnName[];

/** Files that are read and written; a program that is started may have to be read first. */
export const FILES = [
  'cpu_iowait_ratio',
  'io_pressure_ratio',
  'disk_read_bytes_per_second',
  'disk_write_bytes_per_second',
  'container_disk_read_bytes_per_second',
  'container_disk_write_bytes_per_second',
  'filesystem_used_ratio',
] as const satisfies readonly ColumnName[];

/** Requests to a service, which may be beyond an uplink, over connections that are left with a reset. */
export const ASKING = [
  'tcp_established',
  'tcp_resets_sent_per_second',
  'network_receive_bytes_per_second',
  'network_transmit_bytes_per_second',
  'network_receive_packets_per_second',
  'network_transmit_packets_per_second',
  'container_network_receive_bytes_per_second',
  'container_network_transmit_bytes_per_second',
] as const satisfies readonly ColumnName[];
