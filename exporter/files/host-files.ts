import { SourceError } from '../base/errors.ts';
import { ifPresent } from '../base/sources.ts';
import type { Host } from '../host/host.ts';
import { readMountinfo } from '../host/mounts.ts';
import type { HangGuard } from '../kernel/hang-guard.ts';
import { Folders } from './folders.ts';
import { HostPaths } from './host-paths.ts';
import { Looker } from './looker.ts';

/** How watched files and logs of the host are reached. */
export interface HostFiles {
  /** What stands before the host's paths here, such as `/host`; '' on the host itself. */
  readonly prefix: string;
  readonly looker: Looker;
  /** Names in folders here. */
  readonly folders: Folders;
  /** Where the host's paths are here, its links followed. */
  readonly paths: HostPaths;
}

/** The host's files below `rootfs`. */
export function openHostFiles(rootfs: string, guard: HangGuard): HostFiles {
  const prefix = rootfs.replace(/\/+$/, '');
  const looker = new Looker(guard, prefix);
  return { prefix, looker, folders: new Folders(looker), paths: new HostPaths(prefix, looker) };
}

/**
 * The names in a folder of the host, of which each may be a link; none where there is no such folder.
 *
 * @throws {SourceError} when it cannot be read, or holds more than a thousand
 */
export async function namesIn(
  { folders }: HostFiles,
  paths: HostPaths,
  folder: string,
): Promise<readonly string[]> {
  const at = await paths.folder(folder);
  return at === undefined ? [] : folders.namesIn(at, paths.seen(at));
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
