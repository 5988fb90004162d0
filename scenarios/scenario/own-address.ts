/**
 * The address by which others know this machine or pod. What one connects to there never leaves it, since the kernel delivers it over loopback, and
 * yet the rules on connections take it for what it is: a private address of the cluster.
 */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isPrivate } from './targets.ts';

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** The first private address of a device that is not loopback, IPv4 before IPv6; undefined where there is none. */
export function ownAddress(interfaces: Interfaces = networkInterfaces()): string | undefined {
  const own = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .filter(({ internal, address }) => !internal && isPrivate(address));
  return (own.find(({ family }) => family === 'IPv4') ?? own[0])?.address;
}

/** Why a scenario that connects to itself would be seen by no rule here; undefined when it would. */
export async function ownAddressObstacle(): Promise<string | undefined> {
  return ownAddress() === undefined
    ? 'needs a private address of its own, as every pod has: what is on loopback alone, the rules on connections leave out'
    : undefined;
}
