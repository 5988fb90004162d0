import { malformed } from '../errors.ts';

/** What a network device has received and transmitted since it appeared. */
export interface DeviceTraffic {
  readonly receiveBytes: number;
  readonly receivePackets: number;
  readonly transmitBytes: number;
  readonly transmitPackets: number;
}

/**
 * Parses `/proc/<pid>/net/dev`: two lines of headings, then one line per device. Old kernels write no space after
 * the colon.
 *
 *       eth0: 1214887353   33699    0    0    0     0          0         0  3206191   22685    0 …
 *
 * @throws {SourceError} `malformed` when the headings are missing, or a line has fewer than sixteen numbers
 */
export function parseNetDev(text: string, path: string): Map<string, DeviceTraffic> {
  const [first = '', second = '', ...lines] = text.split('\n');
  if (!first.startsWith('Inter-|') || !second.includes('|bytes')) {
    throw malformed(path, 'the headings of net/dev', text);
  }
  const devices = new Map<string, DeviceTraffic>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const match = /^\s*([^\s:]+):\s*(\d+(?:\s+\d+){15,})\s*$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw malformed(path, '"<device>: <sixteen numbers>"', line);
    }
    const [receiveBytes = 0, receivePackets = 0, , , , , , , transmitBytes = 0, transmitPackets = 0] =
      match[2].split(/\s+/).map(Number);
    devices.set(match[1], { receiveBytes, receivePackets, transmitBytes, transmitPackets });
  }
  return devices;
}
