import type { BigIntStats } from 'node:fs';
import { type Found, followLinks, here } from '../host/links.ts';
import type { Looker } from './looker.ts';

/** What is found of folders stays so for the length of one look. */
interface Known {
  readonly found: Map<string, Found>;
  /** Where a folder leads, by its path on the host. */
  readonly folders: Map<string, string | undefined>;
  /** What was seen of folders, by where they are here. */
  readonly stats: Map<string, BigIntStats>;
}

/**
 * Where the host's paths are seen from here: the one place that follows the host's links, below `--path.rootfs` and
 * never in the agent's own root. What somebody puts in a folder's place between the look and its use is not seen.
 */
export class HostPaths {
  readonly #prefix: string;
  readonly #looker: Looker;
  /** What is known in the course of one look; undefined outside of one. */
  readonly #known: Known | undefined;

  constructor(prefix: string, looker: Looker, known?: Known) {
    this.#prefix = prefix;
    this.#looker = looker;
    this.#known = known;
  }

  /** For one look at many paths: each folder on their way is looked at once. */
  forOneLook(): HostPaths {
    return new HostPaths(this.#prefix, this.#looker, {
      found: new Map(),
      folders: new Map(),
      stats: new Map(),
    });
  }

  /** What this look has seen of a folder here already. */
  seen(at: string): BigIntStats | undefined {
    return this.#known?.stats.get(at);
  }

  /**
   * Where a path itself lies, a link among others; undefined when there is no such folder.
   *
   * @param path on the host
   * @throws {SourceError} when that cannot be told
   */
  own(path: string): string | undefined | Promise<string | undefined> {
    const known = this.#known;
    if (known === undefined || !isPlain(path)) return this.#follow(path, false);
    const slash = path.lastIndexOf('/');
    const [folder, name] = [path.slice(0, slash), path.slice(slash)];
    if (known.folders.has(folder)) return joined(known.folders.get(folder), name);
    return this.#folder(folder, known).then((at) => joined(at, name));
  }

  /**
   * Where a path leads: where whoever opened it on the host would come to.
   *
   * @param path on the host
   * @throws {SourceError} when that cannot be told
   */
  target(path: string): Promise<string | undefined> {
    return this.#follow(path, true);
  }

  /**
   * Where a folder is; undefined when there is none, or it is something else.
   *
   * @param path on the host
   * @throws {SourceError} when that cannot be told
   */
  async folder(path: string): Promise<string | undefined> {
    const known = this.#known;
    return known !== undefined && isPlain(path) ? this.#folder(path, known) : this.#follow(path, true);
  }

  /** Where a folder leads; undefined when it is none. One that is no link takes one look. */
  async #folder(path: string, known: Known): Promise<string | undefined> {
    if (path === '') return this.#prefix;
    if (known.folders.has(path)) return known.folders.get(path);
    const own = this.own(path);
    const at = own instanceof Promise ? await own : own;
    const look = at === undefined ? undefined : this.#looker.look(at);
    const stat = look instanceof Promise ? await look : look;
    let folder: string | undefined;
    if (at !== undefined && stat?.isDirectory()) {
      known.stats.set(at, stat);
      folder = at;
    } else if (stat?.isSymbolicLink()) {
      const target = await this.#follow(path, true);
      const isFolder =
        target === here(this.#prefix, '/') || (target !== undefined && known.stats.has(target));
      folder = isFolder ? target : undefined;
    }
    known.folders.set(path, folder);
    return folder;
  }

  async #follow(path: string, last: boolean): Promise<string | undefined> {
    const steps = followLinks(path, last);
    let step = steps.next();
    while (step.done !== true) {
      const known = this.#known?.found;
      let found = known?.get(step.value);
      if (known === undefined || !known.has(step.value)) {
        found = await this.#find(step.value);
        known?.set(step.value, found);
      }
      step = steps.next(found);
    }
    return step.value === undefined ? undefined : here(this.#prefix, step.value);
  }

  async #find(path: string): Promise<Found> {
    const at = here(this.#prefix, path);
    if (this.#known?.stats.has(at)) return 'folder';
    const look = this.#looker.look(at);
    const stat = look instanceof Promise ? await look : look;
    if (stat?.isSymbolicLink()) {
      const target = await this.#looker.readlink(at);
      return target === undefined ? undefined : { target };
    }
    if (stat === undefined) return undefined;
    if (!stat.isDirectory()) return 'other';
    this.#known?.stats.set(at, stat);
    return 'folder';
  }
}

/** A path with more than names in it: `.`, `..`, or a slash too many. */
const OTHER_THAN_NAMES = /\/\.{0,2}(\/|$)/;
const isPlain = (path: string) => !OTHER_THAN_NAMES.test(path);

const joined = (folder: string | undefined, name: string) =>
  folder === undefined ? undefined : (folder === '/' ? '' : folder) + name;
