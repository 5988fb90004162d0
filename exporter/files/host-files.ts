import { SourceError } from '../errors.ts';
import type { HangGuard } from '../hang-guard.ts';
import type { Host } from '../host.ts';
import { readMountinfo } from '../mounts.ts';
import { ifPresent } from '../sources.ts';
import { Folders } from './folders.ts';
import { Looker } from './looker.ts';

/** How watched files and logs of the host are reached. */
export interface HostFiles {
  /** What stands before the host's paths here, such as `/host`; '' on the host itself. */
  readonly prefix: string;
  readonly looker: Looker;
  readonly folders: Folders;
}

/** The host's files below `rootfs`. */
export function openHostFiles(rootfs: string, guard: HangGuard): HostFiles {
  const looker = new Looker(guard);
  return { prefix: rootfs.replace(/\/+$/, ''), looker, folders: new Folders(looker) };
}

/**
 * Tells which mounts there are now; without their table every path is looked at as if it might hang.
 *
 * @returns why the table could not be read
 */
export function noteMounts(host: Host, { looker }: HostFiles): SourceError[] {
  try {
    const mountinfo = ifPresent(() => readMountinfo(host));
    if (mountinfo !== undefined) looker.noteMounts(mountinfo.text, mountinfo.path);
    return [];
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return [error];
  }
}
