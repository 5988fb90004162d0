import { type BigIntStats, lstat, lstatSync } from 'node:fs';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { deviceText } from '../device-number.ts';
import { sourceError } from '../errors.ts';
import type { HangGuard } from '../hang-guard.ts';
import { Unread } from '../lines.ts';
import { isNetwork } from '../mounts.ts';
import { parseMountinfo } from '../parsers/mountinfo.ts';

const lstatLater = promisify(lstat);
const MAX_LOCAL = 4_000;

/**
 * lstat(2) that does not wait for a dead mount.
 *
 * A call that may wait is made in libuv's pool under guard, at ten times the price of a direct one. So a path that was
 * once seen on a filesystem of this machine is looked at directly, until the table of network mounts changes.
 */
export class Looker {
  readonly guard: HangGuard;
  /** Paths known to lie on local filesystems. */
  readonly #local = new Set<string>();
  #mountinfo: string | undefined;
  #networkMounts: string | undefined;
  #networkDevices: ReadonlySet<string> = new Set();

  constructor(guard: HangGuard) {
    this.guard = guard;
  }

  /**
   * Takes the host's mounts of this moment; until it has them every look is a careful one. A mount whose type cannot be
   * read may be any.
   *
   * @throws {SourceError} `malformed` when it is no such table
   */
  noteMounts(mountinfo: string, path: string): void {
    if (mountinfo === this.#mountinfo) return;
    const network = parseMountinfo(mountinfo, new Unread(path)).filter(({ type }) => isNetwork(type));
    const mounts = network.map(({ device, mountpoint }) => `${device} ${mountpoint}`).join('\n');
    this.#mountinfo = mountinfo;
    if (mounts === this.#networkMounts) return;
    this.#networkMounts = mounts;
    this.#networkDevices = new Set(network.map(({ device }) => device));
    this.#local.clear();
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
      return await this.guard.run(path, () => lstatLater(path, { bigint: true }));
    } catch (cause) {
      const error = sourceError(path, cause);
      if (error.code === 'absent') return undefined;
      throw error;
    }
  }
}
