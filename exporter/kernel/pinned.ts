import { openSync, readdirSync, readFileSync } from 'node:fs';

/** Opens a place without opening what lies there; Node has no name for it. */
const O_PATH = 0o10_000_000;
/** This process's own, wherever the host's is mounted. */
const SELF = '/proc/self';
/** Where the kernel lists who writes to storage: each filesystem with a server of its own is there, in whosever view it is mounted. */
const BACKING_DEVICES = '/sys/class/bdi';
/** Disks by their numbers, and filesystems that lie on several of them by their kind. */
const OF_THIS_MACHINE = /^([1-9]\d*:\d+(-fuseblk)?|(bcachefs|btrfs|ecryptfs|mtd|ubifs|zfs)[-_\d].*)$/;

/**
 * Opens what a link of a process's folder in /proc leads to, as a mere place: the kernel has that at hand and asks no
 * filesystem, be its server away or not. Until the descriptor is closed the place cannot become another.
 */
export function pin(link: string): number {
  return openSync(link, O_PATH);
}

/** On which mount of this machine a pinned place lies; undefined where the kernel does not tell. */
export function mountOf(descriptor: number): string | undefined {
  const fdinfo = readFileSync(`${SELF}/fdinfo/${descriptor}`, 'latin1');
  return /^mnt_id:\s*(\d+)$/m.exec(fdinfo)?.[1];
}

/**
 * Whether any filesystem of this machine may wait for a server, hidden or detached ones as well. Asked after a place was
 * pinned, a no is a no for that place.
 */
export function someMayWait(folder = BACKING_DEVICES): boolean {
  try {
    return !readdirSync(folder).every((name) => OF_THIS_MACHINE.test(name));
  } catch {
    return true; // no sysfs here: the mount tables have to tell
  }
}
