import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuilderError, messageOf, systemCode } from '../../../common/errors.ts';
import { InputFile, readSmall } from '../../files/input-file.ts';
import { type Places, temporaryName } from '../../model/file-names.ts';
import { explained } from '../explained.ts';
import { type Change, checkBytes, MOST_SMALL_BYTES, type Storage, type Text } from '../storage.ts';
import { alone } from './alone.ts';
import { commit, isUnfinished } from './commit.ts';
import { type Disk, localDisk } from './disk.ts';
import { filesBelow } from './files.ts';
import type { Lock } from './lock.ts';
import { pathIn } from './own-path.ts';

/** Writes every file beside its place; `commit` puts all of them in place. */
class LocalChange implements Change {
  readonly #folder: string;
  readonly #places: Places;
  readonly #disk: Disk;
  readonly #lock: Lock;
  readonly #createdFolders: string[] = [];
  readonly #temporary = new Set<string>();
  readonly #put: string[] = [];

  constructor(folder: string, places: Places, disk: Disk, lock: Lock) {
    this.#folder = folder;
    this.#places = places;
    this.#disk = disk;
    this.#lock = lock;
  }

  draft(file: string): string {
    const temporary = pathIn(this.#folder, temporaryName(file));
    this.#makeFolder(dirname(temporary));
    this.#temporary.add(temporary);
    return temporary;
  }

  #makeFolder(path: string): void {
    if (existsSync(path)) return;
    this.#makeFolder(dirname(path));
    if (this.#disk.makeFolder(path) !== undefined) this.#createdFolders.push(path);
  }

  async take(file: string): Promise<string> {
    this.#put.push(file);
    return file;
  }

  async commit(texts: readonly Text[], remove: readonly string[]): Promise<void> {
    try {
      for (const { path, text } of texts) this.#disk.writeText(this.draft(path), text);
      const put = [...this.#put, ...texts.map(({ path }) => path)];
      this.#lock.confirm();
      commit(this.#folder, { put, remove: [...remove] }, this.#places, this.#disk, () =>
        this.#temporary.clear(),
      );
    } catch (error) {
      throw explained(error, this.#folder);
    }
  }

  /** Folders that were there before, or hold anything, stay. */
  async discard(): Promise<void> {
    for (const temporary of this.#temporary) this.#disk.remove(temporary);
    if (this.#places.shared) return;
    for (const folder of this.#createdFolders.toReversed()) this.#disk.removeFolder(folder);
  }
}

/** A dataset in a folder. */
export function localStorage(folder: string, disk: Disk = localDisk): Storage {
  return {
    name: folder,
    nameOf: (file) => join(folder, file),
    list: async () => filesBelow(folder),

    async read(file) {
      try {
        return readSmall(pathIn(folder, file), MOST_SMALL_BYTES)?.bytes;
      } catch (error) {
        const code = systemCode(error) === undefined ? 'damaged' : 'output';
        throw new BuilderError(code, `cannot read ${join(folder, file)}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },

    async open(named) {
      const file = new InputFile(pathIn(folder, named.path));
      try {
        checkBytes(file.bytes, named);
      } catch (error) {
        file.close();
        throw error;
      }
      return { file, release: () => file.close() };
    },

    async write(file, text) {
      const path = pathIn(folder, file);
      const temporary = pathIn(folder, temporaryName(file));
      try {
        // The dataset's own folder is there, or there is none to write to.
        if (dirname(file) !== '.' && existsSync(folder)) disk.makeFolder(dirname(path));
        disk.writeText(temporary, text);
        disk.rename(temporary, path);
      } catch (error) {
        throw new BuilderError('output', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
      }
    },

    isUnfinished: async () => isUnfinished(folder),

    alone: (places, task) =>
      alone(folder, places, disk, (lock) => task(new LocalChange(folder, places, disk, lock))),
  };
}
