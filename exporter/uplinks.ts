import { basename } from 'node:path';
import type { Host } from './host.ts';
import { parseDefaultRoutes4, parseDefaultRoutes6 } from './parsers/routes.ts';
import { ifPresent } from './sources.ts';

/** Network devices that are hardware, or the hypervisor's, have a `device` link; bridges, bonds and veths do not. */
function isPhysical(host: Host, device: string): boolean {
  return host.exists(`sys/class/net/${device}/device`);
}

/**
 * Whether a physical device is a part of another one, which counts the same traffic: the virtual function that a
 * cloud puts under a paravirtual device, and shares the traffic with.
 */
function hasPhysicalMaster(host: Host, device: string): boolean {
  const master = host.readlink(`sys/class/net/${device}/master`);
  return master !== undefined && isPhysical(host, basename(master));
}

/** The devices of the default routes in `folder`, such as `proc/1/net`. */
function defaultRouteDevices(host: Host, folder: string): Set<string> {
  const [route4, route6] = [`${folder}/route`, `${folder}/ipv6_route`];
  const text4 = ifPresent(() => host.read(route4));
  const text6 = ifPresent(() => host.read(route6));
  return new Set([
    ...(text4 === undefined ? [] : parseDefaultRoutes4(text4, route4)),
    ...(text6 === undefined ? [] : parseDefaultRoutes6(text6, route6)),
  ]);
}

/**
 * The devices through which the node's traffic leaves it, each byte counted once.
 *
 * These are its physical devices. Where there are none (a node that is itself a container, or a /sys that is not
 * the host's) they are the devices with a default route. A bridge, bond, VLAN or tunnel with the default route
 * is not counted beside the physical device under it.
 */
export function findUplinks(host: Host, devices: Iterable<string>, folder: string): Set<string> {
  const names = [...devices];
  const physical = names.filter((name) => isPhysical(host, name) && !hasPhysicalMaster(host, name));
  if (physical.length > 0) return new Set(physical);
  const routed = defaultRouteDevices(host, folder);
  return new Set(names.filter((name) => routed.has(name)));
}
