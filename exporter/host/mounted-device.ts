import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { deviceText } from '../base/device-number.ts';
import { SourceError } from '../base/errors.ts';

/** Opens a place without opening what lies there; Node has no name for it. */
const O_PATH = 0o10_000_000;
/** This process's own, wherever the host's is mounted. */
const SELF = '/proc/self';

/**
 * Which filesystem the mount of an open file has.
 *
 * @param fdinfo of the file
 * @param mountinfo of this process
 * @returns as in mountinfo, `254:0`; undefined where the kernel does not tell
 */
function deviceOfMount(fdinfo: string, mountinfo: string): string | undefined {
  const id = /^mnt_id:\s*(\d+)$/m.exec(fdinfo)?.[1];
  return id === undefined ? undefined : new RegExp(`^${id} \\d+ (\\d+:\\d+) `, 'm').exec(mountinfo)?.[1];
}

function foreign(mountpoint: string, wanted: string, found: string): SourceError {
  const message = `${mountpoint}: what is seen here is another filesystem (${found}) than the host's (${wanted})`;
  return new SourceError('unreadable', mountpoint, message);
}

/**
 * Makes sure that a path, as this process sees it, is on the filesystem that the host has there. It is not where mounts of
 * this process hide the host's (systemd's ProtectHome, a container), or where the host's did not reach it.
 *
 * Files of btrfs have other device numbers than its mounts; then the mount itself is asked.
 *
 * @param device as in mountinfo
 * @throws {SourceError} `unreadable` when it is another one
 */
export function expectDevice(path: string, mountpoint: string, device: string): void {
  const seen = deviceText(statSync(path, { bigint: true }).dev);
  if (seen === device) return;
  const fd = openSync(path, O_PATH);
  try {
    const fdinfo = readFileSync(`${SELF}/fdinfo/${fd}`, 'utf8');
    const found = deviceOfMount(fdinfo, readFileSync(`${SELF}/mountinfo`, 'utf8')) ?? seen;
    if (found !== device) throw foreign(mountpoint, device, found);
  } finally {
    closeSync(fd);
  }
}

/** {@link expectDevice}, for a filesystem that may never answer. */
export async function expectDeviceLater(path: string, mountpoint: string, device: string): Promise<void> {
  const seen = deviceText((await stat(path, { bigint: true })).dev);
  if (seen === device) return;
  const handle = await open(path, O_PATH);
  try {
    const fdinfo = await readFile(`${SELF}/fdinfo/${handle.fd}`, 'utf8');
    const found = deviceOfMount(fdinfo, await readFile(`${SELF}/mountinfo`, 'utf8')) ?? seen;
    if (found !== device) throw foreign(mountpoint, device, found);
  } finally {
    await handle.close();
  }
}
