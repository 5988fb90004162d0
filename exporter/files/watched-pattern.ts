import { posix } from 'node:path';
import { SourceError } from '../base/errors.ts';
import { type Change, changeBetween, type Fingerprint } from './fingerprint.ts';
import { type HostFiles, namesIn } from './host-files.ts';
import type { HostPaths } from './host-paths.ts';
import { lookAt, type Seen } from './seen.ts';
import { fits } from './wildcard.ts';

const MAX_PATHS = 1_000;
/** Times of files are those of the last tick. */
const CLOCK_TICK_MS = 20;
const NS_PER_MS = 1_000_000n;

/** How a path on the host changed; `after` is undefined when it was deleted. */
export interface FileChange {
  readonly path: string;
  readonly change: Change;
  readonly after: Fingerprint | undefined;
  /** When, by the clock of its filesystem, in Unix nanoseconds: its time of change; undefined where that does not tell. */
  readonly atNs: bigint | undefined;
}

/** The paths that one pattern stands for, and what was seen of them the last time. */
export class WatchedPattern {
  readonly #pattern: string;
  readonly #files: HostFiles;
  #known: Map<string, Seen> | undefined;
  /** Those that could not be looked at the first time: nothing is known of them yet. */
  readonly #unseen = new Set<string>();
  #blind = true;
  #lookedAtMs = 0;

  constructor(pattern: string, files: HostFiles) {
    this.#pattern = pattern;
    this.#files = files;
  }

  /** Whether the last look could not see any of its paths: what it does not count is then unknown, not none. */
  get blind(): boolean {
    return this.#blind;
  }

  /**
   * Looks at every path, one after the other. The first time nothing counts as changed. Of a link both what it says and
   * what it leads to are watched, within the host's root.
   *
   * A path that cannot be looked at keeps what is known of it; so do all when a folder on the way cannot be read.
   *
   * @param errors receives what could not be read
   * @param hostPaths where paths of the host are, of this look
   */
  async look(errors: SourceError[], hostPaths: HostPaths): Promise<FileChange[]> {
    const startedMs = Date.now();
    const found = await this.#expand(errors, hostPaths);
    this.#blind = found === undefined;
    if (found === undefined) return [];
    const before = this.#known;
    const now = new Map<string, Seen>();
    const changes: FileChange[] = [];
    const paths = new Set([...found, ...(before?.keys() ?? [])]);
    let failed = 0;
    for (const path of paths) {
      const known = before?.get(path);
      const seen = await this.#lookAt(path, known, errors, hostPaths);
      if (seen === 'failed') {
        failed += 1;
        if (known !== undefined) now.set(path, known);
        else if (before === undefined) this.#unseen.add(path);
        continue;
      }
      const isFirst = before === undefined || this.#unseen.delete(path);
      if (seen !== undefined) now.set(path, seen);
      if (seen === known) continue;
      const change = changeBetween(known?.fingerprint, seen?.fingerprint);
      if (!isFirst && change !== undefined) {
        changes.push({ path, change, after: seen?.fingerprint, atNs: this.#changedAt(seen) });
      }
    }
    this.#known = now;
    this.#lookedAtMs = startedMs;
    this.#blind = failed > 0 && failed === paths.size;
    return changes;
  }

  /** A file that was mounted over the path, or whose clock was set back, has a time of change before the last look. */
  #changedAt(seen: Seen | undefined): bigint | undefined {
    const times = [seen?.own, seen?.target].map((probed) => probed?.stat.ctimeNs ?? 0n);
    const last = times.reduce((a, b) => (a > b ? a : b));
    const isSince = last > BigInt(this.#lookedAtMs - CLOCK_TICK_MS) * NS_PER_MS;
    return isSince && last <= BigInt(Date.now() + CLOCK_TICK_MS) * NS_PER_MS ? last : undefined;
  }

  async #lookAt(
    path: string,
    known: Seen | undefined,
    errors: SourceError[],
    hostPaths: HostPaths,
  ): Promise<Seen | 'failed' | undefined> {
    try {
      const seen = await lookAt(path, known, hostPaths, this.#files.looker);
      if (seen?.error !== undefined) errors.push(seen.error);
      return seen;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      errors.push(error);
      return 'failed';
    }
  }

  /** The host's paths that fit the pattern now; undefined when that cannot be told. */
  async #expand(errors: SourceError[], hostPaths: HostPaths): Promise<string[] | undefined> {
    if (!this.#pattern.includes('*')) return [this.#pattern];
    let paths = ['/'];
    try {
      for (const part of this.#pattern.split('/').filter(Boolean)) {
        if (!part.includes('*')) {
          paths = paths.map((path) => posix.join(path, part));
          continue;
        }
        const wider: string[] = [];
        for (const path of paths) {
          const names = await namesIn(this.#files, hostPaths, path);
          wider.push(...names.filter((name) => fits(name, part)).map((name) => posix.join(path, name)));
        }
        paths = wider;
      }
      if (paths.length <= MAX_PATHS) return paths;
      throw new SourceError(
        'failed',
        this.#pattern,
        `${this.#pattern}: stands for more than ${MAX_PATHS} paths`,
      );
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      errors.push(error);
      return undefined;
    }
  }
}
