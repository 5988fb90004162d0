import { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { sample } from '../catalogue/model/sample.ts';
import { networkMetrics } from '../catalogue/network.ts';
import type { Host } from '../host/host.ts';
import { findUplinks, KnownPorts } from '../host/uplinks.ts';
import { parseNetDev } from '../parsers/netdev.ts';
import type { Extractor } from '../scrape/extractor.ts';

const HOST_FOLDER = 'proc/1/net';
const OWN_FOLDER = 'proc/net';

/**
 * Where the host's network namespace is seen: that of process 1. If it is hidden (hidepid shows it as absent, but
 * process 1 always exists), the agent's own namespace is read, and that is said.
 */
function netFolder(host: Host): { folder: string; errors: SourceError[] } {
  const path = `${HOST_FOLDER}/dev`;
  try {
    host.read(path);
    return { folder: HOST_FOLDER, errors: [] };
  } catch (cause) {
    if (!(cause instanceof SourceError)) throw cause;
    // Without a procfs there is nothing else to show either.
    if (!host.exists(`${OWN_FOLDER}/dev`)) throw cause;
    const message = `${cause.message}; what is shown is the agent's own network namespace`;
    return { folder: OWN_FOLDER, errors: [new SourceError('unreadable', path, message, { cause })] };
  }
}

/**
 * Bytes and packets through the node's uplinks.
 *
 * Source: /proc/1/net/dev, every kernel; /sys/class/net and the routes tell which devices are uplinks.
 */
export const network: Extractor<KnownPorts> = {
  name: 'network',
  metrics: networkMetrics,
  open: () => new KnownPorts(),
  extract(host, ports) {
    const { folder, errors } = netFolder(host);
    const unread = new Unread(`${folder}/dev`);
    const traffic = parseNetDev(host.read(unread.path), unread);
    const names = new Set([...traffic.keys(), ...unread.names]);
    const uplinks = findUplinks(host, names, folder, ports, errors);
    errors.push(...unread.errors((device) => uplinks.has(device) && !traffic.has(device)));
    const samples = [...traffic]
      .filter(([device]) => uplinks.has(device))
      .flatMap(([device, { receiveBytes, transmitBytes, receivePackets, transmitPackets }]) => [
        sample(networkMetrics.bytes, receiveBytes, { device, direction: 'receive' }),
        sample(networkMetrics.bytes, transmitBytes, { device, direction: 'transmit' }),
        sample(networkMetrics.packets, receivePackets, { device, direction: 'receive' }),
        sample(networkMetrics.packets, transmitPackets, { device, direction: 'transmit' }),
      ]);
    return { samples, errors };
  },
};
