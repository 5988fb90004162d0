import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { companionsOf } from '../companions/index.ts';
import { REPORT } from '../folder.ts';
import type { ColumnUnit, Format, TableWriter } from '../formats/format.ts';
import type { Manifest, ManifestFile } from '../manifest-schema.ts';
import { commit } from '../output/commit.ts';
import type { Disk } from '../output/disk.ts';
import { explained } from '../output/explained.ts';
import { dataPath, type Places, temporaryName } from '../output/places.ts';
import { type Table, timesOf } from '../table.ts';
import { formatTime } from '../times.ts';

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Where a dataset is written, as what. */
export interface Output {
  readonly folder: string;
  readonly places: Places;
  readonly format: Format;
  readonly columns: readonly ColumnUnit[];
  readonly disk: Disk;
}

/**
 * Writes a dataset so that it appears at once: every file beside its place, then all put in place by `commit`.
 * Until then the folder is as it was, and `discard` leaves it so.
 */
export class DatasetWriter {
  readonly #output: Output;
  readonly #files: ManifestFile[] = [];
  readonly #createdFolders: string[] = [];
  readonly #temporary = new Set<string>();
  readonly #put: string[] = [];

  constructor(output: Output) {
    this.#output = output;
  }

  /** What the dataset will hold. */
  get files(): readonly ManifestFile[] {
    return this.#files;
  }

  /** Leaves a file of the dataset that is there as it is. */
  keep(file: ManifestFile): void {
    this.#files.push(file);
  }

  /**
   * Writes the rows of one UTC day; without rows there is no file.
   *
   * @param judgement goes into the file's entry
   */
  async partition(date: string, tables: Iterable<Table>, judgement: string): Promise<void> {
    const { folder, places, format } = this.#output;
    const path = dataPath(date, places, format.extension);
    try {
      const written = this.#writeFile(path, tables);
      if (written === undefined) return;
      const temporary = join(folder, temporaryName(path));
      const sha256 = await sha256OfFile(temporary);
      this.#put.push(path);
      this.#files.push({ path, ...written, bytes: statSync(temporary).size, sha256, judgement });
    } catch (error) {
      throw explained(error, folder);
    }
  }

  #writeFile(
    path: string,
    tables: Iterable<Table>,
  ): { rows: number; start: string; end: string } | undefined {
    const { format, columns } = this.#output;
    let rows = 0;
    let startMs = Number.POSITIVE_INFINITY;
    let endMs = Number.NEGATIVE_INFINITY;
    let file: TableWriter | undefined;
    try {
      for (const table of tables) {
        file ??= format.open(this.#makeTemporary(path), columns);
        file.write(table);
        rows += table.rows;
        for (const t of timesOf(table)) {
          startMs = Math.min(startMs, t);
          endMs = Math.max(endMs, t);
        }
      }
      file?.close();
    } catch (error) {
      file?.abandon();
      throw error;
    }
    return file && { rows, start: formatTime(startMs), end: formatTime(endMs) };
  }

  #makeTemporary(path: string): string {
    const temporary = join(this.#output.folder, temporaryName(path));
    this.#makeFolder(dirname(temporary));
    this.#temporary.add(temporary);
    return temporary;
  }

  #makeFolder(path: string): void {
    if (existsSync(path)) return;
    this.#makeFolder(dirname(path));
    if (this.#output.disk.makeFolder(path) !== undefined) this.#createdFolders.push(path);
  }

  /**
   * Puts everything in its place, and removes what the dataset that was there before had beyond it, its report
   * included: that shows rows that may be no more.
   */
  commit(manifest: Manifest, replaced: readonly string[]): void {
    const { folder, places, disk } = this.#output;
    try {
      const last = { path: places.manifest, text: `${JSON.stringify(manifest, null, 2)}\n` };
      // What is said beside the manifest is about the whole dataset, which `merge` makes of shards.
      const texts = places.shared ? [last] : [...companionsOf(manifest), last];
      for (const { path, text } of texts) disk.writeText(this.#makeTemporary(path), text);
      const put = [...this.#put, ...texts.map(({ path }) => path)];
      const kept = [...put, ...this.#files.map(({ path }) => path)];
      const old = places.shared ? replaced : [REPORT, ...replaced];
      const remove = [...new Set(old)].filter((path) => !kept.includes(path));
      commit(folder, { put, remove }, places, disk, () => this.#temporary.clear());
    } catch (error) {
      throw explained(error, folder);
    }
  }

  /** Removes what is not committed; folders that were there before, or hold anything, stay. */
  discard(): void {
    const { disk, places } = this.#output;
    for (const temporary of this.#temporary) disk.remove(temporary);
    if (places.shared) return;
    for (const folder of this.#createdFolders.toReversed()) disk.removeFolder(folder);
  }
}
