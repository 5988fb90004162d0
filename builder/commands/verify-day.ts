/** The files of one day of a dataset against what its manifest says of each. */
import { issueOf } from '../../common/issues.ts';
import { formatTime } from '../../common/times.ts';
import { tablesOfCopy } from '../../dataset/folder/read-rows.ts';
import { sha256OfFile } from '../../dataset/folder/writer.ts';
import { dataFile } from '../../dataset/model/file-names.ts';
import { inOrder } from '../../dataset/model/in-order.ts';
import type { Manifest, ManifestFile } from '../../dataset/model/manifest.ts';
import { type Table, textColumn, timesOf } from '../../dataset/model/table.ts';
import { countsOf } from '../../dataset/model/text-column.ts';
import type { LocalCopy, Storage } from '../../dataset/storage/storage.ts';
import { differences } from './differences.ts';

/** What was found in a file; its rows are counted while others read them. */
class FileReading {
  readonly #file: ManifestFile;
  readonly #copy: LocalCopy;
  readonly #sha256: string;
  #rows = 0;
  #startMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;
  #elsewhere = 0;
  #unreadable: string | undefined;

  constructor(file: ManifestFile, copy: LocalCopy, sha256: string) {
    this.#file = file;
    this.#copy = copy;
    this.#sha256 = sha256;
  }

  /** The file's rows, as far as it can be read. */
  async *tables(manifest: Manifest): AsyncGenerator<Table> {
    const split = dataFile(this.#file.path)?.split;
    try {
      for await (const table of tablesOfCopy(this.#copy, manifest)) {
        this.#rows += table.rows;
        for (const t of timesOf(table)) {
          this.#startMs = Math.min(this.#startMs, t);
          this.#endMs = Math.max(this.#endMs, t);
        }
        if (split !== undefined)
          for (const [of, rows] of countsOf(textColumn(table, 'split')))
            this.#elsewhere += of === split ? 0 : rows;
        yield table;
      }
    } catch (error) {
      this.#unreadable = `${this.#file.path}: cannot be read as ${manifest.format}: ${issueOf(error)}`;
    }
  }

  get isReadable(): boolean {
    return this.#unreadable === undefined;
  }

  /** A line for each difference, once the rows have been read. */
  lines(): string[] {
    const { path } = this.#file;
    const rows = this.#rows;
    const times = rows > 0 && { start: formatTime(this.#startMs), end: formatTime(this.#endMs) };
    const found = { sha256: this.#sha256, ...(this.isReadable && { rows, ...times }) };
    const elsewhere = `${path}: ${this.#elsewhere} rows are not of the part that its name tells`;
    return [
      ...differences(`${path}: `, this.#file, found),
      ...(this.#elsewhere > 0 ? [elsewhere] : []),
      ...(this.#unreadable === undefined ? [] : [this.#unreadable]),
    ];
  }

  release(): void {
    this.#copy.release();
  }
}

/** A file that can be opened as what the manifest says, or why not. */
async function opened(storage: Storage, file: ManifestFile): Promise<FileReading | string> {
  let copy: LocalCopy;
  try {
    copy = await storage.open(file);
  } catch (error) {
    return `${file.path}: ${issueOf(error)}`;
  }
  try {
    return new FileReading(file, copy, await sha256OfFile(copy.file));
  } catch (error) {
    copy.release();
    return `${file.path}: ${issueOf(error)}`;
  }
}

/**
 * Compares the files of a day with their entries.
 *
 * @param present paths of all files that are there
 * @param meet is given the day's rows, in the order in which one file would have them
 * @returns a line for each difference, and whether all rows could be read
 */
export async function verifyDay(
  storage: Storage,
  files: readonly ManifestFile[],
  present: readonly string[],
  manifest: Manifest,
  meet: (table: Table) => void,
): Promise<{ readonly lines: string[]; readonly complete: boolean }> {
  const found: (FileReading | string)[] = [];
  const readings = () => found.filter((each) => typeof each !== 'string');
  try {
    for (const file of files)
      found.push(present.includes(file.path) ? await opened(storage, file) : `${file.path}: is missing`);
    for await (const table of inOrder(readings().map((reading) => reading.tables(manifest)))) meet(table);
    return {
      lines: found.flatMap((each) => (typeof each === 'string' ? [each] : each.lines())),
      complete: found.every((each) => typeof each !== 'string' && each.isReadable),
    };
  } finally {
    for (const reading of readings()) reading.release();
  }
}
