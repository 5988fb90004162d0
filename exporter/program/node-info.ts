import { ifPresent } from '../base/sources.ts';
import { agentMetrics } from '../catalogue/agent.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import type { Host } from '../host/host.ts';
import { type OsRelease, parseOsRelease } from '../parsers/os-release.ts';

const ETC = 'root/etc/os-release';
const USR = 'root/usr/lib/os-release';

/**
 * The host's operating system, as its root filesystem says.
 *
 * @throws {SourceError} when os-release is there and cannot be read
 * @internal exported for its own tests
 */
export function readOsRelease(host: Host): OsRelease {
  const text = ifPresent(() => host.read(ETC)) ?? ifPresent(() => host.read(USR));
  return parseOsRelease(text ?? '');
}

/**
 * What the node is, asked for once at start: the library starts a dozen processes to find out, which no scrape may.
 *
 * @throws {SourceError} when os-release is there and cannot be read
 */
export async function readNodeInfo(host: Host): Promise<Sample> {
  const { default: systeminformation } = await import('systeminformation');
  const { kernel, arch } = await systeminformation.osInfo();
  const { manufacturer, brand } = await systeminformation.cpu();
  const { virtualHost } = await systeminformation.system();
  const release = readOsRelease(host);
  return sample(agentMetrics.nodeInfo, 1, {
    kernel,
    os: release.id,
    os_version: release.version,
    arch,
    cpu_model: `${manufacturer} ${brand}`.trim(),
    virtualization: virtualHost ?? '',
  });
}
