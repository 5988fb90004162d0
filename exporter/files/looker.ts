import { type BigIntStats, lstat, lstatSync, readlinkSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { deviceText } from '../base/device-number.ts';
import { sourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { isNetwork } from '../host/mounts.ts';
import type { Device, HangGuard } from '../kernel/hang-guard.ts';
import { type Mount, parseMountinfo } from '../parsers/mountinfo.ts';
import { Rereads } from './rereads.ts';

const lstatLater = promisify(lstat);
const MAX_LOCAL = 4_000;

interface Place {
  readonly mountpoint: string;
  readonly device: Device;
}

/** Where nothing is known of mounts each path may hang for itself. */
const unknown = (path: string): Device => ({ id: path, isLocal: false });

/** Whether `path` lies at or below a mount point. */
const liesIn = (path: string, mountpoint: string) =>
  mountpoint === '/' || path === mountpoint || path.startsWith(`${mountpoint}/`);

/**
 * lstat(2) and readlink(2) that do not wait for a dead mount.
 *
 * A call that may wait is made in libuv's pool under guard, at ten times the price of a direct one. So a path that was
 * once seen on a filesystem of this machine is looked at directly, until the table of network mounts changes.
 */
export class Looker {
  readonly #guard: HangGuard;
  /** What stands before the host's paths here. */
  readonly #prefix: string;
  /** Which files are read again. */
  readonly rereads = new Rereads();
  /** Paths known to lie on local filesystems. */
  readonly #local = new Set<string>();
  #mountinfo: string | undefined;
  #networkMounts: string | undefined;
  #networkDevices: ReadonlySet<string> = new Set();
  /** The mounts of the host, the longest paths first. */
  #places: readonly Place[] = [];

  constructor(guard: HangGuard, prefix: string) {
    this.#guard = guard;
    this.#prefix = prefix;
  }

  /**
   * Takes the host's mounts of this moment; until it has them every look is a careful one. A mount whose type cannot be
   * read may be any.
   *
   * @throws {SourceError} `malformed` when it is no such table
   */
  noteMounts(mountinfo: string, path: string): void {
    if (mountinfo === this.#mountinfo) return;
    const all = parseMountinfo(mountinfo, new Unread(path));
    this.#mountinfo = mountinfo;
    this.#places = this.#placesOf(all);
    const network = all.filter(({ type }) => isNetwork(type));
    const mounts = network.map(({ device, mountpoint }) => `${device} ${mountpoint}`).join('\n');
    if (mounts === this.#networkMounts) return;
    this.#networkMounts = mounts;
    this.#networkDevices = new Set(network.map(({ device }) => device));
    this.#local.clear();
  }

  /** The table may be that of the host's first process, or the agent's own, which has the prefix before it. */
  #placesOf(mounts: readonly Mount[]): Place[] {
    const prefix = this.#prefix;
    const places = new Map<string, Place>();
    for (const { mountpoint, device: id, type } of mounts) {
      const device = { id, isLocal: !isNetwork(type) };
      const isBelow = prefix !== '' && liesIn(mountpoint, prefix);
      const onHost = isBelow ? mountpoint.slice(prefix.length) || '/' : mountpoint;
      places.set(onHost, { mountpoint: onHost, device });
    }
    return [...places.values()].sort((a, b) => b.mountpoint.length - a.mountpoint.length);
  }

  /** Makes a call that may wait, about a path here. */
  guarded<T>(path: string, call: () => Promise<T>): Promise<T> {
    return this.#guard.run(path, call, this.#deviceAt(path));
  }

  #deviceAt(path: string): Device {
    const onHost = path.slice(this.#prefix.length) || '/';
    return this.#places.find(({ mountpoint }) => liesIn(onHost, mountpoint))?.device ?? unknown(path);
  }

  /** Whether a path is known to lie on a filesystem of this machine, so that no call about it is guarded. */
  isLocal(path: string): boolean {
    return this.#local.has(path);
  }

  /**
   * What lies at a path here, links not followed; undefined when nothing does.
   *
   * @throws {SourceError} when that cannot be told
   */
  look(path: string): BigIntStats | undefined | Promise<BigIntStats | undefined> {
    if (!this.#local.has(path)) return this.#lookCarefully(path);
    try {
      return lstatSync(path, { bigint: true, throwIfNoEntry: false });
    } catch (error) {
      throw sourceError(path, error);
    }
  }

  /**
   * What a link here says; undefined when it is none any more.
   *
   * @throws {SourceError} when that cannot be told
   */
  async readlink(path: string): Promise<string | undefined> {
    try {
      return this.#local.has(path) ? readlinkSync(path) : await this.guarded(path, () => readlink(path));
    } catch (cause) {
      const error = sourceError(path, cause);
      if (error.code === 'absent' || (cause as NodeJS.ErrnoException).code === 'EINVAL') return undefined;
      throw error;
    }
  }

  async #lookCarefully(path: string): Promise<BigIntStats | undefined> {
    const stat = await this.#lstat(path);
    if (this.#networkMounts === undefined) return stat;
    const found = stat ?? (await this.#nearestAbove(path));
    if (found !== undefined && !this.#networkDevices.has(deviceText(found.dev))) {
      if (this.#local.size >= MAX_LOCAL) this.#local.clear();
      this.#local.add(path);
    }
    return stat;
  }

  /** The lowest folder that exists above a path where nothing is: a name is looked up where that lies. */
  async #nearestAbove(path: string): Promise<BigIntStats | undefined> {
    for (let at = posix.dirname(path); at !== '/'; at = posix.dirname(at)) {
      const stat = await this.#lstat(at);
      if (stat !== undefined) return stat;
    }
    return this.#lstat('/');
  }

  async #lstat(path: string): Promise<BigIntStats | undefined> {
    try {
      return await this.guarded(path, () => lstatLater(path, { bigint: true }));
    } catch (cause) {
      const error = sourceError(path, cause);
      if (error.code === 'absent') return undefined;
      throw error;
    }
  }
}
