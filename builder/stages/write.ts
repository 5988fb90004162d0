import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { companionsOf } from '../companions/index.ts';
import { BuilderError, messageOf, systemCode } from '../errors.ts';
import { MANIFEST, REPORT, temporaryName } from '../folder.ts';
import type { ColumnUnit, Format, TableWriter } from '../formats/format.ts';
import { OutputFile } from '../formats/output-file.ts';
import type { Manifest, ManifestFile } from '../manifest-schema.ts';
import { type Table, timesOf } from '../table.ts';
import { formatTime } from '../times.ts';

const DISK_FULL = ['ENOSPC', 'EDQUOT'];

/** The same error in words that say what to do. */
function explained(error: unknown, folder: string): unknown {
  const code = systemCode(error);
  if (code === undefined || error instanceof BuilderError) return error;
  if (DISK_FULL.includes(code)) {
    return new BuilderError(
      'disk-full',
      `no space left for ${folder}: free some, or choose another --output`,
      { cause: error },
    );
  }
  return new BuilderError('output', `cannot write to ${folder}: ${messageOf(error)}`, { cause: error });
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function fsyncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes a dataset so that it appears at once: every file beside its place, then all renamed, the manifest last.
 * Until then the folder is as it was, and `discard` leaves it so.
 */
export class DatasetWriter {
  readonly #folder: string;
  readonly #format: Format;
  readonly #columns: readonly ColumnUnit[];
  readonly #files: ManifestFile[] = [];
  readonly #createdFolders: string[] = [];
  readonly #temporary = new Set<string>();

  constructor(folder: string, format: Format, columns: readonly ColumnUnit[]) {
    this.#folder = folder;
    this.#format = format;
    this.#columns = columns;
  }

  get files(): readonly ManifestFile[] {
    return this.#files;
  }

  /** Writes the rows of one UTC day; without rows there is no file. */
  async partition(date: string, tables: Iterable<Table>): Promise<void> {
    const path = `data/date=${date}/part-0.${this.#format.extension}`;
    try {
      const written = this.#writeFile(path, tables);
      if (written === undefined) return;
      const temporary = join(this.#folder, temporaryName(path));
      const sha256 = await sha256OfFile(temporary);
      this.#files.push({ path, ...written, bytes: statSync(temporary).size, sha256 });
    } catch (error) {
      throw explained(error, this.#folder);
    }
  }

  #writeFile(
    path: string,
    tables: Iterable<Table>,
  ): { rows: number; start: string; end: string } | undefined {
    let rows = 0;
    let startMs = Number.POSITIVE_INFINITY;
    let endMs = Number.NEGATIVE_INFINITY;
    let file: TableWriter | undefined;
    try {
      for (const table of tables) {
        file ??= this.#format.open(this.#makeTemporary(path), this.#columns);
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
    const temporary = join(this.#folder, temporaryName(path));
    this.#makeFolder(dirname(temporary));
    this.#temporary.add(temporary);
    return temporary;
  }

  #makeFolder(path: string): void {
    if (existsSync(path)) return;
    this.#makeFolder(dirname(path));
    mkdirSync(path);
    this.#createdFolders.push(path);
  }

  /**
   * Puts everything in its place, then removes what the dataset that was there before had beyond it, its report
   * included: that shows rows that may be no more.
   */
  commit(manifest: Manifest, replaced: readonly string[]): void {
    try {
      const last = { path: MANIFEST, text: `${JSON.stringify(manifest, null, 2)}\n` };
      const texts = [...companionsOf(manifest), last];
      for (const { path, text } of texts) this.#writeText(path, text);
      const kept = [...this.#files, ...texts].map(({ path }) => path);
      for (const path of kept) this.#putInPlace(path);
      for (const path of [REPORT, ...replaced])
        if (!kept.includes(path)) rmSync(join(this.#folder, path), { force: true });
    } catch (error) {
      throw explained(error, this.#folder);
    }
  }

  #writeText(path: string, text: string): void {
    const file = new OutputFile(this.#makeTemporary(path));
    try {
      file.append(Buffer.from(text));
      file.close();
    } catch (error) {
      file.abandon();
      throw error;
    }
  }

  #putInPlace(path: string): void {
    const final = join(this.#folder, path);
    const temporary = join(this.#folder, temporaryName(path));
    renameSync(temporary, final);
    this.#temporary.delete(temporary);
    fsyncFolder(dirname(final));
  }

  /** Removes what is not committed; folders that were there before, or hold anything, stay. */
  discard(): void {
    for (const temporary of this.#temporary) rmSync(temporary, { force: true });
    for (const folder of this.#createdFolders.toReversed()) {
      try {
        rmdirSync(folder);
      } catch (error) {
        if (systemCode(error) !== 'ENOTEMPTY') throw explained(error, this.#folder);
      }
    }
  }
}
