/** A guest as qemu emulates it, without KVM. */
import { truncateSync, writeFileSync } from 'node:fs';
import type { Kernel } from './kernel.ts';

/** A port of the guest that is reached by a port of this machine's loopback. */
interface Forward {
  readonly hostPort: number;
  readonly guestPort: number;
}

export interface Hardware {
  readonly kernel: Kernel;
  /** The guests' root, which none of them changes: what they write is thrown away. */
  readonly root: string;
  /** Further disks, likewise: /dev/vdb and so on. */
  readonly disks: readonly string[];
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Further words of the kernel's command line. */
  readonly words: readonly string[];
  /** The guest reaches nothing, and is reached by these alone. */
  readonly forwards: readonly Forward[];
  /** Files that its serial ports write to; the console is the first. */
  readonly serials: readonly string[];
}

/**
 * The unit of the guests' root that starts what the product's disk has for them; and no test of the timer, which fails where the emulator waits for a CPU
 * meanwhile.
 *
 * @see https://docs.kernel.org/admin-guide/kernel-parameters.html
 */
const START = [
  ...['console=ttyS0', 'root=/dev/vda', 'rw', 'net.ifnames=0', 'panic=-1', 'no_timer_check'],
  'systemd.unit=lab.service',
];

/** Makes a disk of zeros, which takes no room. */
export function emptyDisk(file: string, bytes: number): void {
  writeFileSync(file, '');
  truncateSync(file, bytes);
}

/**
 * The emulator's command line.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
export function qemuArguments(hardware: Hardware): string[] {
  const { kernel, root, disks, cpus, memoryMiB, words, forwards, serials } = hardware;
  const network = [
    'user,id=net,restrict=on',
    ...forwards.map(({ hostPort, guestPort }) => `hostfwd=tcp:127.0.0.1:${hostPort}-:${guestPort}`),
  ];
  return [
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', String(cpus), '-m', String(memoryMiB)],
    ...['-nographic', '-nodefaults', '-no-reboot'],
    ...['-kernel', kernel.image, '-initrd', kernel.initrd, '-append', [...START, ...words].join(' ')],
    ...[root, ...disks].flatMap((file) => ['-drive', `file=${file},if=virtio,format=raw,snapshot=on`]),
    ...['-netdev', network.join(','), '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-device', 'virtio-rng-pci'],
    ...serials.flatMap((file) => ['-serial', `file:${file}`]),
  ];
}
