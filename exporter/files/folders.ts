import { lstat } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SourceError, sourceError } from '../errors.ts';

const MAX_NAMES = 1_000;
const MAX_FOLDERS = 1_000;
/** A folder may change again within the same tick of the clock that its times are taken from. */
const SETTLED_NS = 1_000_000_000n;

const look = promisify(lstat);

interface Listing {
  readonly version: string;
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
  readonly #listings = new Map<string, Listing>();

  /**
   * The names in a folder; none where there is no such folder.
   *
   * @throws {SourceError} when it cannot be read, or holds more than a thousand
   */
  async namesIn(folder: string): Promise<readonly string[]> {
    try {
      const { dev, ino, ctimeNs } = await look(folder, { bigint: true });
      const known = this.#listings.get(folder);
      const version = [dev, ino, ctimeNs].join(':');
      if (known?.version === version) return known.names;
      const names = await list(folder);
      const young = BigInt(Date.now()) * 1_000_000n - ctimeNs < SETTLED_NS;
      if (this.#listings.size >= MAX_FOLDERS) this.#listings.clear();
      if (!young) this.#listings.set(folder, { version, names });
      return names;
    } catch (cause) {
      const error = sourceError(folder, cause);
      if (error.code === 'absent') return [];
      throw error;
    }
  }
}
