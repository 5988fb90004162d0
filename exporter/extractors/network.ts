import { networkMetrics } from '../catalogue/network.ts';
import { SourceError } from '../errors.ts';
import type { Extractor } from '../extractor.ts';
import { sample } from '../extractor.ts';
import type { Host } from '../host.ts';
import { parseNetDev } from '../parsers/netdev.ts';
import { findUplinks } from '../uplinks.ts';

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
    const message = `${cause.message}; what is shown is the agent's own network namespace`;
    return { folder: OWN_FOLDER, errors: [new SourceError('unreadable', path, message, { cause })] };
  }
}

/**
 * Bytes and packets through the node's uplinks.
 *
 * Source: /proc/1/net/dev, every kernel; /sys/class/net and the routes tell which devices are uplinks.
 */
export const network: Extractor = {
  name: 'network',
  metrics: networkMetrics,
  extract(host) {
    const { folder, errors } = netFolder(host);
    const path = `${folder}/dev`;
    const traffic = parseNetDev(host.read(path), path);
    const uplinks = findUplinks(host, traffic.keys(), folder);
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
