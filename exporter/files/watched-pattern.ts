import { posix } from 'node:path';
import { SourceError } from '../errors.ts';
import { type Change, changeBetween, type Fingerprint } from './fingerprint.ts';
import type { HostFiles } from './host-files.ts';
import { type Probed, probe } from './probe.ts';
import { fits } from './wildcard.ts';

const MAX_PATHS = 1_000;

/** How a path on the host changed; `after` is undefined when it was deleted. */
export interface FileChange {
  readonly path: string;
  readonly change: Change;
  readonly after: Fingerprint | undefined;
}

/** The paths that one pattern stands for, and what was seen of them the last time. */
export class WatchedPattern {
  readonly #pattern: string;
  readonly #files: HostFiles;
  #known: Map<string, Probed> | undefined;
  #blind = true;

  constructor(pattern: string, files: HostFiles) {
    this.#pattern = pattern;
    this.#files = files;
  }

  /** Whether the last look could not see any of its paths: what it does not count is then unknown, not none. */
  get blind(): boolean {
    return this.#blind;
  }

  /**
   * Looks at every path, one after the other. The first time nothing counts as changed.
   *
   * A path that cannot be looked at keeps what is known of it; so do all when a folder on the way cannot be read.
   *
   * @param errors receives what could not be read
   */
  async look(errors: SourceError[]): Promise<FileChange[]> {
    const found = await this.#expand(errors);
    this.#blind = found === undefined;
    if (found === undefined) return [];
    const before = this.#known;
    const now = new Map<string, Probed>();
    const changes: FileChange[] = [];
    const paths = new Set([...found, ...(before?.keys() ?? [])]);
    let failed = 0;
    for (const path of paths) {
      const known = before?.get(path);
      const probed = await this.#probe(path, known, errors);
      if (probed === 'failed') {
        failed += 1;
        if (known !== undefined) now.set(path, known);
        continue;
      }
      if (probed !== undefined) now.set(path, probed);
      if (probed === known) continue;
      const change = changeBetween(known?.fingerprint, probed?.fingerprint);
      if (before !== undefined && change !== undefined) {
        changes.push({ path, change, after: probed?.fingerprint });
      }
    }
    this.#known = now;
    this.#blind = failed > 0 && failed === paths.size;
    return changes;
  }

  async #probe(
    path: string,
    known: Probed | undefined,
    errors: SourceError[],
  ): Promise<Probed | 'failed' | undefined> {
    const here = this.#files.prefix + path;
    try {
      const probed = await probe(here, known, this.#files.looker);
      if (probed?.error !== undefined) errors.push(probed.error);
      return probed;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      errors.push(error);
      return 'failed';
    }
  }

  /** The host's paths that fit the pattern now; undefined when that cannot be told. */
  async #expand(errors: SourceError[]): Promise<string[] | undefined> {
    if (!this.#pattern.includes('*')) return [this.#pattern];
    const { prefix, folders } = this.#files;
    let paths = ['/'];
    try {
      for (const part of this.#pattern.split('/').filter(Boolean)) {
        if (!part.includes('*')) {
          paths = paths.map((path) => posix.join(path, part));
          continue;
        }
        const wider: string[] = [];
        for (const path of paths) {
          const names = await folders.namesIn(prefix + path);
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
