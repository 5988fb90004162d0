/** Which columns an extractor of the agent measures. */
import { cgroupMetrics } from '../../exporter/catalogue/cgroup.ts';
import { connectionsMetrics } from '../../exporter/catalogue/connections.ts';
import { containerOomMetrics } from '../../exporter/catalogue/container-oom.ts';
import { cpuMetrics } from '../../exporter/catalogue/cpu.ts';
import { diskMetrics } from '../../exporter/catalogue/disk.ts';
import { execsMetrics } from '../../exporter/catalogue/execs.ts';
import { filesMetrics } from '../../exporter/catalogue/files.ts';
import { filesystemMetrics } from '../../exporter/catalogue/filesystem.ts';
import { forksMetrics } from '../../exporter/catalogue/forks.ts';
import { logsMetrics } from '../../exporter/catalogue/logs.ts';
import { memoryMetrics } from '../../exporter/catalogue/memory.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { networkMetrics } from '../../exporter/catalogue/network.ts';
import { oomMetrics } from '../../exporter/catalogue/oom.ts';
import { podNetworkMetrics } from '../../exporter/catalogue/pod-network.ts';
import { podsMetrics } from '../../exporter/catalogue/pods.ts';
import { pressureMetrics } from '../../exporter/catalogue/pressure.ts';
import { processesMetrics } from '../../exporter/catalogue/processes.ts';
import { rulesMetrics } from '../../exporter/catalogue/rules.ts';
import { sniffersMetrics } from '../../exporter/catalogue/sniffers.ts';
import { socketsMetrics } from '../../exporter/catalogue/sockets.ts';
import { tcpMetrics } from '../../exporter/catalogue/tcp.ts';

/** By the name that `kubevigil_extractor_success` has. @internal exported for its own tests */
export const MEASURED: Readonly<Record<string, Readonly<Record<string, MetricSpec>>>> = {
  cgroup: cgroupMetrics,
  connections: connectionsMetrics,
  'container-oom': containerOomMetrics,
  cpu: cpuMetrics,
  disk: diskMetrics,
  execs: execsMetrics,
  files: filesMetrics,
  filesystem: filesystemMetrics,
  forks: forksMetrics,
  logs: logsMetrics,
  memory: memoryMetrics,
  network: networkMetrics,
  oom: oomMetrics,
  'pod-network': podNetworkMetrics,
  pods: podsMetrics,
  pressure: pressureMetrics,
  processes: processesMetrics,
  rules: rulesMetrics,
  sniffers: sniffersMetrics,
  sockets: socketsMetrics,
  tcp: tcpMetrics,
};

/** The columns of a dataset that come from an extractor. */
export function columnsFrom(
  extractor: string,
  columns: readonly { readonly name: string; readonly metric?: string | undefined }[],
): string[] {
  const metrics: string[] = Object.values(
    Object.hasOwn(MEASURED, extractor) ? (MEASURED[extractor] ?? {}) : {},
  ).map(({ name }) => name);
  return columns.flatMap(({ name, metric }) =>
    metric !== undefined && metrics.includes(metric) ? [name] : [],
  );
}
