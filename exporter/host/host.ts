import { lstatSync, readlinkSync, type StatsFs, statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, SourceError, sourceError } from '../base/errors.ts';
import { KeptFiles } from '../kernel/kept-files.ts';
import { readOpenText, withFile } from '../kernel/kernel-file.ts';
import { KernelTexts } from '../kernel/kernel-texts.ts';
import { targetNow } from './links.ts';
import { expectDevice, expectDeviceLater } from './mounted-device.ts';

/** Where the host's file systems are seen from here; in a container usually below a mount such as `/host`. */
export interface HostPaths {
  readonly procfs: string;
  readonly sysfs: string;
  readonly rootfs: string;
}

/** Blocks and inodes of a mounted filesystem; `available` is what an ordinary user may still take. */
export interface FilesystemUsage {
  readonly blocks: number;
  readonly availableBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

/**
 * The host as the extractors see it: paths begin with `proc/`, `sys/` or `root/`, wherever these are mounted.
 *
 * Every method throws {@link SourceError}: `absent`, `unreadable` or `failed`.
 */
export interface Host {
  /** Text of a small file. Within one scrape each file is read once, so that its readers see one moment. */
  read(path: string): string;
  /** Whether there is something of this name; a link counts even if its target does not exist. */
  exists(path: string): boolean;
  /** Target of a symbolic link; undefined when there is no such link. */
  readlink(path: string): string | undefined;
  /**
   * Usage of the filesystem `device` (as mountinfo has it) mounted at `mountpoint`, a path on the host; `unreadable` when
   * another one is seen there from here. May never settle: a dead mount hangs.
   */
  statfs(mountpoint: string, device: string): Promise<FilesystemUsage>;
  /** The same at a tenth of the price, while nothing else is done: for filesystems that wait for nobody. */
  statfsDirect(mountpoint: string, device: string): FilesystemUsage;
  /**
   * Text of a file that the kernel makes in one piece, such as one of a cgroup, at a path as this process sees it. It is
   * kept open for the next scrape.
   *
   * @param name what errors call it
   */
  readPiece(path: string, name: string): string;
  /** The path, as this process sees it, of what the other methods read: for bytes and for files of any length. */
  locate(path: string): string;
  /** What stands before the host's own paths in what this process sees of its mounts; `''` on the host itself. */
  readonly rootPrefix: string;
}

/** Looked at before it is read: where most have no link, an exception for each would be expensive. */
function readlinkIfLink(path: string): string | undefined {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return isLink ? readlinkSync(path) : undefined;
}

function memoised<T>(compute: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const value = compute(path);
    known.set(path, value);
    return value;
  };
}

const usageOf = ({ blocks, bavail, files, ffree }: StatsFs): FilesystemUsage => ({
  blocks,
  availableBlocks: bavail,
  inodes: files,
  freeInodes: ffree,
});

const withoutSlash = (folder: string) => folder.replace(/\/+$/, '');

/**
 * What is a process's own, but the first one's: an open file of its net/ would keep a network namespace alive, and the
 * devices in it, after the pod is gone.
 */
const OF_PROCESS = /^proc\/(?!1\/)\d+\//;

/** What lies in the host's own file systems, where links are the host's. */
const ROOT = 'root/';

/**
 * A view of the host for one scrape: texts are remembered, so a new scrape needs a new view.
 *
 * @param texts the files that stay open between views
 */
export function openHost(
  paths: HostPaths,
  texts = new KernelTexts(paths.procfs, new KeptFiles(paths.procfs)),
): Host {
  texts.beginPass();
  const roots: Readonly<Record<string, string>> = {
    proc: withoutSlash(paths.procfs),
    sys: withoutSlash(paths.sysfs),
    root: withoutSlash(paths.rootfs),
  };
  const locate = (path: string) => {
    const slash = path.indexOf('/');
    const root = roots[path.slice(0, slash)];
    if (root === undefined) throw new TypeError(`${path} does not begin with proc/, sys/ or root/`);
    return `${root}/${path.slice(slash + 1)}`;
  };
  /** Where a file of the host's own root is, its links followed there and not in the agent's root. */
  const within = (path: string) => {
    const target = attempt(path, () => targetNow(roots['root'] ?? '', path.slice(ROOT.length - 1)));
    if (target === undefined) throw new SourceError('absent', path, `${path}: ENOENT`);
    return target;
  };
  return {
    locate,
    rootPrefix: withoutSlash(paths.rootfs),
    read: memoised((path) => {
      if (path.startsWith(ROOT)) return withFile(within(path), path, readOpenText);
      return OF_PROCESS.test(path)
        ? withFile(locate(path), path, readOpenText)
        : texts.text(locate(path), path);
    }),
    readPiece: (path, name) => texts.piece(path, name),
    exists: (path) => attempt(path, () => lstatSync(locate(path), { throwIfNoEntry: false }) !== undefined),
    readlink: (path) => attempt(path, () => readlinkIfLink(locate(path))),
    async statfs(mountpoint, device) {
      const path = join(paths.rootfs, mountpoint);
      try {
        await expectDeviceLater(path, mountpoint, device);
        return usageOf(await statfs(path));
      } catch (error) {
        throw sourceError(mountpoint, error);
      }
    },
    statfsDirect: (mountpoint, device) =>
      attempt(mountpoint, () => {
        const path = join(paths.rootfs, mountpoint);
        expectDevice(path, mountpoint, device);
        return usageOf(statfsSync(path));
      }),
  };
}
