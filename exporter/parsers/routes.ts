import { eachLine, fieldsOf, type Unread } from '../base/lines.ts';

const RTF_UP = 0x1;
const RTF_REJECT = 0x200;

const FIELDS_4 = 8;
const FIELDS_6 = 10;
const ADDRESS_4 = /^[\da-f]{8}$/i;
const ADDRESS_6 = /^[\da-f]{32}$/i;
const FLAGS = /^[\da-f]{4,8}$/i;
const LENGTH = /^[\da-f]{2}$/i;
const ZEROS = /^0+$/;

function leadsOut(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & RTF_UP) !== 0 && (bits & RTF_REJECT) === 0;
}

/** Whether a line that is not understood may be a default route: another destination says that it is none. */
const mayBeDefault = (destination: string, address: RegExp) =>
  !address.test(destination) || ZEROS.test(destination);

/**
 * The devices of the IPv4 default routes in `/proc/<pid>/net/route`.
 *
 *     Iface  Destination  Gateway   Flags  RefCnt  Use  Metric  Mask      MTU  Window  IRTT
 *     eth0   00000000     010200C0  0003   0       0    0       00000000  0    0       0
 *
 * @param unread receives lines with other columns, by the device's name if they may be default routes
 * @throws {SourceError} `malformed` when no line is a route
 */
export function parseDefaultRoutes4(text: string, unread: Unread): Set<string> {
  const devices = new Set<string>();
  const heading = text.indexOf('\n');
  eachLine(text, heading < 0 ? text.length : heading + 1, 'a route', unread, (line) => {
    const fields = fieldsOf(line, FIELDS_4);
    const [device = '', destination = '', gateway = '', flags = '', , , , mask = ''] = fields;
    if (![destination, gateway, mask].every((field) => ADDRESS_4.test(field)) || !FLAGS.test(flags)) {
      return mayBeDefault(destination, ADDRESS_4) && device;
    }
    if (ZEROS.test(destination + mask) && leadsOut(flags)) devices.add(device);
    return true;
  });
  return devices;
}

/**
 * The devices of the IPv6 default routes in `/proc/<pid>/net/ipv6_route`. A kernel without a default route lists
 * one through `lo` that rejects.
 *
 *     <destination> 00 <source> 00 <next hop> 00000400 00000002 00000000 00000003     eth0
 *
 * @param unread receives lines with other columns, by the device's name if they may be default routes
 * @throws {SourceError} `malformed` when no line is a route
 */
export function parseDefaultRoutes6(text: string, unread: Unread): Set<string> {
  const devices = new Set<string>();
  eachLine(text, 0, 'an IPv6 route', unread, (line) => {
    const fields = fieldsOf(line, FIELDS_6);
    const [destination = '', length = '', source = '', , nextHop = '', , , , flags = '', device] = fields;
    const areAddresses = [destination, source, nextHop].every((field) => ADDRESS_6.test(field));
    if (device === undefined || !areAddresses || !LENGTH.test(length) || !FLAGS.test(flags)) {
      return mayBeDefault(destination, ADDRESS_6) && (device ?? false);
    }
    if (ZEROS.test(destination + length) && leadsOut(flags)) devices.add(device);
    return true;
  });
  return devices;
}
