import type { BigIntStats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { SourceError, sourceError } from '../base/errors.ts';
import { isSettled, sameVersion } from './fingerprint.ts';
import type { Looker } from './looker.ts';

const MAX_NAMES = 1_000;
const MAX_FOLDERS = 1_000;

interface Listing {
  readonly stat: BigIntStats;
  readonly names: readonly string[];
}

async function list(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) {
    if (names.push(name) > MAX_NAMES) {
      throw new SourceError('failed', folder, `${folder}: more than ${MAX_NAMES} names`);
    }
  }
  return names.sort();
}

/** Names in folders, read again only when the folder changed. */
export class Folders {
  readonly #looker: Looker;
  readonly #listings = new Map<string, Listing>();

  constructor(looker: Looker) {
    this.#looker = looker;
  }

  /**
   * The names in a folder; none where there is no such folder.
   *
   * @param seen what was just seen of it
   * @throws {SourceError} when it cannot be read, or holds more than a thousand
   */
  async namesIn(folder: string, seen?: BigIntStats): Promise<readonly string[]> {
    try {
      const stat = seen ?? (await this.#looker.look(folder));
      if (stat === undefined) return [];
      const known = this.#listings.get(folder);
      if (known !== undefined && sameVersion(known.stat, stat)) return known.names;
      const names = await this.#looker.guarded(folder, () => list(folder));
      if (this.#listings.size >= MAX_FOLDERS) this.#listings.clear();
      if (isSettled(stat)) this.#listings.set(folder, { stat, names });
      return names;
    } catch (cause) {
      const error = sourceError(folder, cause);
      if (error.code === 'absent') return [];
      throw error;
    }
  }
}
