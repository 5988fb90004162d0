import { malformed } from '../errors.ts';

const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

function leadsOut(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & RTF_UP) !== 0 && (bits & RTF_REJECT) === 0;
}

/**
 * The devices of the IPv4 default routes in `/proc/<pid>/net/route`.
 *
 *     Iface  Destination  Gateway   Flags  RefCnt  Use  Metric  Mask      MTU  Window  IRTT
 *     eth0   00000000     010200C0  0003   0       0    0       00000000  0    0       0
 *
 * @throws {SourceError} `malformed` when a line has other columns
 */
export function parseDefaultRoutes4(text: string, path: string): Set<string> {
  const devices = new Set<string>();
  for (const line of text.split('\n').slice(1)) {
    if (line.trim() === '') continue;
    const match = /^(\S+)\s+([\dA-F]{8})\s+[\dA-F]{8}\s+([\dA-F]{4,8})(?:\s+-?\d+){3}\s+([\dA-F]{8})\s/i.exec(
      line,
    );
    const [, device = '', destination = '', flags = '', mask = ''] = match ?? [];
    if (match === null) throw malformed(path, 'a route', line);
    if (/^0+$/.test(destination + mask) && leadsOut(flags)) devices.add(device);
  }
  return devices;
}

/**
 * The devices of the IPv6 default routes in `/proc/<pid>/net/ipv6_route`. A kernel without a default route lists
 * one through `lo` that rejects.
 *
 *     <destination> 00 <source> 00 <next hop> 00000400 00000002 00000000 00000003     eth0
 *
 * @throws {SourceError} `malformed` when a line has other columns
 */
export function parseDefaultRoutes6(text: string, path: string): Set<string> {
  const devices = new Set<string>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const match =
      /^([\da-f]{32}) ([\da-f]{2}) [\da-f]{32} [\da-f]{2} [\da-f]{32}(?: [\da-f]{8}){3} ([\da-f]{8})\s+(\S+)$/i.exec(
        line,
      );
    const [, destination = '', length = '', flags = '', device = ''] = match ?? [];
    if (match === null) throw malformed(path, 'an IPv6 route', line);
    if (/^0+$/.test(destination + length) && leadsOut(flags)) devices.add(device);
  }
  return devices;
}
