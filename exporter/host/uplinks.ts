import { basename } from 'node:path';
import { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { ifPresent } from '../base/sources.ts';
import { parseDefaultRoutes4, parseDefaultRoutes6 } from '../parsers/routes.ts';
import type { Host } from './host.ts';

/**
 * What a port is called that stands for a function of a network card in a switch within the card, such as `pf0vf1`,
 * `pf0sf88`, `c1pf0vf1` or `pf0`: what a pod or a host behind it sends leaves by a port `p0` as well.
 *
 * @see __devlink_port_phys_port_name_get() of net/devlink/port.c; nfp has `pf0s1`
 */
const FUNCTION_PORT = /^(c\d+)?pf\d+((vf|sf|s)\d+)?$/;
const PHYSICAL_PORT = /^p\d+(s\d+)?$/;
/** Of the first drivers (mlx5 up to Linux 4.20), where the card's own device is another on the same switch. */
const NUMBERED_PORT = /^\d+$/;

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

/** A short text of sysfs; '' where there is none, which the kernel says with several errors. */
function attribute(host: Host, device: string, name: string): string {
  try {
    return host.read(`sys/class/net/${device}/${name}`).trim();
  } catch (error) {
    if (error instanceof SourceError && error.code !== 'unreadable') return '';
    throw error;
  }
}

/** What a physical device is on the switch that it belongs to, if there is one. */
interface Port {
  readonly name: string;
  readonly switchId: string;
  /** A switch that is wired to it sends through it what its own ports (`p0`) count already. */
  readonly isConduit: boolean;
}

function portOf(host: Host, device: string): Port {
  return {
    name: attribute(host, device, 'phys_port_name'),
    switchId: attribute(host, device, 'phys_switch_id'),
    isConduit: host.exists(`sys/class/net/${device}/dsa`),
  };
}

type Ports = ReadonlyMap<string, Port>;

/** The ports of the scrape before: they stay what they are as long as none comes or goes. */
export class KnownPorts {
  #ports: Ports = new Map();

  of(host: Host, devices: readonly string[]): Ports {
    const isSame = devices.length === this.#ports.size && devices.every((device) => this.#ports.has(device));
    if (!isSame) this.#ports = new Map(devices.map((device) => [device, portOf(host, device)]));
    return this.#ports;
  }
}

/** Whether what passes a device is counted by another one of `ports` too, through which it leaves the node. */
function isCountedElsewhere({ name, switchId, isConduit }: Port, ports: Ports): boolean {
  const others = [...ports.values()];
  if (isConduit) return others.some((other) => !other.isConduit && PHYSICAL_PORT.test(other.name));
  if (FUNCTION_PORT.test(name)) return true;
  if (!NUMBERED_PORT.test(name) || switchId === '') return false;
  return others.some((other) => other.switchId === switchId && !NUMBERED_PORT.test(other.name));
}

/** The devices of the default routes in `folder`, such as `proc/1/net`. */
function defaultRouteDevices(
  host: Host,
  folder: string,
  names: ReadonlySet<string>,
  errors: SourceError[],
): Set<string> {
  const parsers = { route: parseDefaultRoutes4, ipv6_route: parseDefaultRoutes6 };
  const devices = Object.entries(parsers).flatMap(([file, parse]) => {
    const unread = new Unread(`${folder}/${file}`);
    const text = ifPresent(() => host.read(unread.path));
    const found = text === undefined ? [] : [...parse(text, unread)];
    errors.push(...unread.errors((device) => names.has(device)));
    return found;
  });
  return new Set(devices);
}

/**
 * The devices through which the node's traffic leaves it, each byte counted once.
 *
 * These are its physical devices. Where there are none (a node that is itself a container, or a /sys that is not
 * the host's) they are the devices with a default route. A bridge, bond, VLAN or tunnel with the default route
 * is not counted beside the physical device under it, nor is what stands on this side for a function of a card that is
 * in the hands of a pod or virtual machine.
 *
 * @param errors receives lines of the routes that were left out
 */
export function findUplinks(
  host: Host,
  devices: Iterable<string>,
  folder: string,
  known: KnownPorts,
  errors: SourceError[],
): Set<string> {
  const names = [...devices];
  const physical = names.filter((name) => isPhysical(host, name) && !hasPhysicalMaster(host, name));
  const ports = known.of(host, physical);
  const uplinks = [...ports].filter(([, port]) => !isCountedElsewhere(port, ports)).map(([name]) => name);
  if (uplinks.length > 0) return new Set(uplinks);
  const routed = defaultRouteDevices(host, folder, new Set(names), errors);
  return new Set(names.filter((name) => routed.has(name)));
}
