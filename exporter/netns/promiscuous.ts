import { readdirSync, readlinkSync, statfsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { attempt, malformed } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { ifPresent } from '../base/sources.ts';
import { MountBook, mountsOf } from '../host/mount-book.ts';
import { isNetwork } from '../host/mounts.ts';
import { UnansweredError } from '../kernel/hang-guard.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { someMayWait } from '../kernel/pinned.ts';
import type { NodeView } from '../owners/node-view.ts';
import { parseNetDev } from '../parsers/netdev.ts';
import { MAY_WAIT, statLocal } from '../processes/careful-stat.ts';
import type { NetworkNamespace } from './namespaces.ts';

/** IFF_PROMISC of include/uapi/linux/if.h. */
const PROMISCUOUS = 0x100;
/** SYSFS_MAGIC of include/uapi/linux/magic.h. */
const SYSFS = 0x62656572;
/** The device that all ports of an Open vSwitch belong to. */
const OPEN_VSWITCH = 'ovs-system';

/** A port of a bridge is promiscuous by nature. */
function isBridgePort(folder: string): boolean {
  if (statSync(join(folder, 'brport'), { throwIfNoEntry: false }) !== undefined) return true;
  const master = ifPresent(() => attempt('master', () => readlinkSync(join(folder, 'master'))));
  return master !== undefined && basename(master) === OPEN_VSWITCH;
}

/**
 * Counts the devices of a `/sys/class/net` that are in promiscuous mode, ports of bridges excepted.
 *
 * @param classNet that folder, as seen from here
 * @param devices the names to look for; a device that is gone does not count
 * @returns undefined when none of them is there
 * @throws {SourceError}
 */
export function countPromiscuous(classNet: string, devices: Iterable<string>): number | undefined {
  let count: number | undefined;
  for (const device of devices) {
    const name = `sys/class/net/${device}/flags`;
    const folder = join(classNet, device);
    const text = ifPresent(() => readSmall(join(folder, 'flags'), name).toString('latin1').trim());
    if (text === undefined) continue;
    count ??= 0;
    if (!/^0x[0-9a-f]+$/.test(text)) throw malformed(name, 'a hexadecimal number', text);
    if ((Number(text) & PROMISCUOUS) !== 0 && !isBridgePort(folder)) count++;
  }
  return count;
}

function hasSameDevices(host: NodeView, folder: string, classNet: string): boolean {
  const path = `${folder}/dev`;
  const read = () => parseNetDev(readSmall(host.locate(path), path).toString('latin1'), new Unread(path));
  const before = read();
  const names = readdirSync(classNet).filter((name) => before.has(name));
  if (names.length !== before.size) return false;
  const seen = names.map((name) => {
    const counter = join(classNet, name, 'statistics/rx_bytes');
    return { name, bytes: Number(readSmall(counter, 'rx_bytes').toString('latin1')) };
  });
  const after = read();
  return seen.every(
    ({ name, bytes }) =>
      bytes >= (before.get(name)?.receiveBytes ?? Infinity) && bytes <= (after.get(name)?.receiveBytes ?? 0),
  );
}

/** Whether the way from a process's root into its /sys leads to a filesystem that may not answer: a pod can mount one there, or live in one. */
function mayWait(procFolder: string, mounts: MountBook): boolean {
  if (statLocal(procFolder, 'root', mounts) === MAY_WAIT) return true;
  const onTheWay = ({ mountpoint }: { mountpoint: string }) =>
    mountpoint === '/' || `${mountpoint}/`.startsWith('/sys/');
  return someMayWait() && mountsOf(procFolder).some((mount) => onTheWay(mount) && isNetwork(mount.type));
}

/**
 * Finds the sysfs of other network namespaces.
 *
 * A sysfs shows the devices of the network namespace that it was mounted in, whoever reads it, and container
 * runtimes mount one for each pod. So the devices of a pod are seen through the root of its process. That it is not
 * the host's sysfs, nor a folder made to look like one, nor another pod's, is told by the kind of filesystem, by its
 * device number (one for each network namespace), and once by names and traffic of its devices. Where no process has
 * such a mount (`unshare --net`), the flags cannot be seen: there is no other way but netlink from within.
 */
export class SysfsFinder {
  /** Device number of the sysfs by the namespace's inode. */
  private known = new Map<number, number>();
  private readonly mounts = new MountBook();

  /**
   * The `/sys/class/net` of a namespace that is not the host's; undefined where there is none.
   *
   * @throws {SourceError} `unreadable` without CAP_SYS_PTRACE, `failed` where looking might never end
   */
  classNet(host: NodeView, { inode, folder }: NetworkNamespace): string | undefined {
    const sysName = folder.replace(/\/net$/, '/root/sys');
    const sys = host.locate(sysName);
    return ifPresent(() =>
      attempt(sysName, () => {
        if (mayWait(host.locate(folder.replace(/\/net$/, '')), this.mounts)) {
          host.unseen.note('mount_unresponsive');
          throw new UnansweredError(sysName, 'not looked at, its filesystem may not answer');
        }
        const classNet = join(sys, 'class/net');
        const { dev } = statSync(sys);
        if (this.known.get(inode) === dev) return classNet;
        const isTaken = [...this.known.values()].includes(dev) || dev === statSync(host.locate('sys/')).dev;
        if (isTaken || statfsSync(sys).type !== SYSFS || !hasSameDevices(host, folder, classNet))
          return undefined;
        this.known.set(inode, dev);
        return classNet;
      }),
    );
  }

  /** Forgets namespaces that are gone, and the mounts of this moment. */
  retain(present: Iterable<NetworkNamespace>): void {
    this.mounts.forget();
    const inodes = new Set([...present].map(({ inode }) => inode));
    this.known = new Map([...this.known].filter(([inode]) => inodes.has(inode)));
  }
}
