import { malformed } from '../base/errors.ts';
import { eachLine, fieldsOf, type Unread, wholeNumber } from '../base/lines.ts';

/** What a network device has received and transmitted since it appeared. */
export interface DeviceTraffic {
  readonly receiveBytes: number;
  readonly receivePackets: number;
  readonly transmitBytes: number;
  readonly transmitPackets: number;
}

const COLUMNS = 16;
const TRANSMIT = 8;

function trafficOf(columns: readonly string[]): DeviceTraffic | undefined {
  if (columns.length < COLUMNS) return undefined;
  const numbers = columns.map(wholeNumber);
  if (numbers.includes(undefined)) return undefined;
  const [receiveBytes = 0, receivePackets = 0] = numbers;
  const [transmitBytes = 0, transmitPackets = 0] = numbers.slice(TRANSMIT);
  return { receiveBytes, receivePackets, transmitBytes, transmitPackets };
}

/** The end of two lines of headings. */
function afterHeadings(text: string, path: string): number {
  const first = text.indexOf('\n');
  const second = text.indexOf('\n', first + 1);
  const end = second < 0 ? text.length : second;
  if (!text.startsWith('Inter-|') || first < 0 || !text.slice(first, end).includes('|bytes')) {
    throw malformed(path, 'the headings of net/dev', text);
  }
  return end + 1;
}

/**
 * Parses `/proc/<pid>/net/dev`: two lines of headings, then one line per device. Old kernels write no space after
 * the colon, and allow colons in a name (before 4.0): the last one ends it.
 *
 *       eth0: 1214887353   33699    0    0    0     0          0         0  3206191   22685    0 …
 *
 * @param unread receives lines with fewer than sixteen numbers, by the device's name
 * @throws {SourceError} `malformed` when the headings are missing
 */
export function parseNetDev(text: string, unread: Unread): Map<string, DeviceTraffic> {
  const devices = new Map<string, DeviceTraffic>();
  const begin = afterHeadings(text, unread.path);
  eachLine(text, begin, '"<device>: <sixteen numbers>"', unread, (line) => {
    const colon = line.lastIndexOf(':');
    const [name = '', ...others] = fieldsOf(line.slice(0, Math.max(0, colon)), 2);
    if (name === '' || others.length > 0) return false;
    const traffic = trafficOf(fieldsOf(line.slice(colon + 1)));
    if (traffic === undefined) return name;
    devices.set(name, traffic);
    return true;
  });
  return devices;
}
