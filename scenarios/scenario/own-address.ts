/**
 * The address by which others know this machine or pod. What one connects to there never leaves it, since the kernel delivers it over loopback, and
 * yet the rules on connections take it for what it is: a private address of the cluster.
 */
import { readFileSync } from 'node:fs';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isPrivate } from './targets.ts';

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // a kernel without that family
  }
}

const EVERYWHERE = /^0+$/;

/**
 * The devices of the default routes.
 *
 * @param route /proc/net/route: device, destination, …, mask in the eighth column, in hexadecimal
 * @param route6 /proc/net/ipv6_route: destination, length of its prefix, …, device last
 * @internal exported for its own tests
 */
export function defaultDevices(
  route = textOf('/proc/net/route'),
  route6 = textOf('/proc/net/ipv6_route'),
): ReadonlySet<string> {
  const rows = (text: string) => text.split('\n').map((line) => line.trim().split(/\s+/));
  const found = [
    ...rows(route).map(([device, to = '', , , , , , mask = '']) => ({ device, to, mask })),
    ...rows(route6).map(([to = '', mask = '', ...rest]) => ({ device: rest.at(-1), to, mask })),
  ];
  return new Set(
    found.flatMap(({ device, to, mask }) =>
      device !== undefined && EVERYWHERE.test(to) && EVERYWHERE.test(mask) ? [device] : [],
    ),
  );
}

/**
 * A private address of a device that is not loopback, undefined where there is none: of a device that leads everywhere before one that may be
 * gone with the container or bridge that it belongs to, IPv4 before IPv6.
 */
export function ownAddress(
  interfaces: Interfaces = networkInterfaces(),
  routed: ReadonlySet<string> = defaultDevices(),
): string | undefined {
  const own = Object.entries(interfaces)
    .flatMap(([device, infos = []]) => infos.map((info) => ({ ...info, isRouted: routed.has(device) })))
    .filter(({ internal, address }) => !internal && isPrivate(address));
  const lasting = own.some(({ isRouted }) => isRouted) ? own.filter(({ isRouted }) => isRouted) : own;
  return (lasting.find(({ family }) => family === 'IPv4') ?? lasting[0])?.address;
}

/** Why a scenario that connects to itself would be seen by no rule here; undefined when it would. */
export async function ownAddressObstacle(): Promise<string | undefined> {
  return ownAddress() === undefined
    ? 'needs a private address of its own, as every pod has: what is on loopback alone, the rules on connections leave out'
    : undefined;
}
