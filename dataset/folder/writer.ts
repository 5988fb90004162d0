import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { formatTime } from '../../common/times.ts';
import type { InputFile } from '../files/input-file.ts';
import type { Written } from '../files/output-file.ts';
import type { ColumnUnit, Format, FormatOptions, TableWriter } from '../formats/format.ts';
import { parquet } from '../formats/parquet/parquet.ts';
import { metadataOf } from '../metadata/metadata.ts';
import { EVIDENCE, EVIDENCE_COLUMNS } from '../model/evidence.ts';
import { dataPath, type Places, REPORT } from '../model/file-names.ts';
import type { Manifest, ManifestEvidence, ManifestFile } from '../model/manifest.ts';
import { numbers, type Table, timesOf } from '../model/table.ts';
import type { Change } from '../storage/storage.ts';

export async function sha256OfFile(file: InputFile): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(file.stream(), hash);
  return hash.digest('hex');
}

/** How a dataset is written, as what. */
export interface Output {
  readonly change: Change;
  readonly places: Places;
  readonly format: Format;
  readonly columns: readonly ColumnUnit[];
  readonly how?: FormatOptions;
}

/** Writes the files of a dataset as parts of one change, which `commit` makes; until then the dataset is as it was. */
export class DatasetWriter {
  readonly #output: Output;
  readonly #files: ManifestFile[] = [];

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
   * @param labelDigest goes into the file's entry, as do the infinities that became null
   */
  async partition(
    date: string,
    tables: Iterable<Table>,
    labelDigest: string,
    infinite?: ManifestFile['infinite'],
  ): Promise<void> {
    const { change, places, format } = this.#output;
    const path = dataPath(date, places, format.name);
    const written = this.#writeFile(path, tables);
    if (written === undefined) return;
    const { draft, ...told } = written;
    this.#files.push({
      path: await change.take(path, told.sha256),
      ...told,
      labelDigest,
      ...(infinite && { infinite }),
    });
  }

  #writeFile(
    path: string,
    tables: Iterable<Table>,
  ): (Written & { draft: string; rows: number; start: string; end: string }) | undefined {
    const { change, format, columns, how } = this.#output;
    let rows = 0;
    let startMs = Number.POSITIVE_INFINITY;
    let endMs = Number.NEGATIVE_INFINITY;
    let draft = '';
    let file: TableWriter | undefined;
    let written: Written | undefined;
    try {
      for (const table of tables) {
        if (file === undefined) {
          draft = change.draft(path);
          file = format.open(draft, columns, how);
        }
        file.write(table);
        rows += table.rows;
        for (const t of timesOf(table)) {
          startMs = Math.min(startMs, t);
          endMs = Math.max(endMs, t);
        }
      }
      written = file?.close();
    } catch (error) {
      file?.abandon();
      throw error;
    }
    return written && { draft, ...written, rows, start: formatTime(startMs), end: formatTime(endMs) };
  }

  /**
   * Writes the events beside the rows, as Parquet whatever the rows are.
   *
   * @returns what the manifest says of them, but for where they came from
   */
  async evidence(table: Table): Promise<Omit<ManifestEvidence, 'sources'>> {
    const { change } = this.#output;
    const draft = change.draft(EVIDENCE);
    const file = parquet.open(draft, EVIDENCE_COLUMNS);
    let written: Written;
    try {
      file.write(table);
      written = file.close();
    } catch (error) {
      file.abandon();
      throw error;
    }
    const times = timesOf(table);
    return {
      path: await change.take(EVIDENCE, written.sha256),
      rows: table.rows,
      joined: numbers(table, 'joined').reduce((sum, one) => sum + one, 0),
      ...written,
      start: formatTime(times[0] as number),
      end: formatTime(times.at(-1) as number),
    };
  }

  /**
   * Makes the change, and removes what the dataset that was there before had beyond it, its report included: that
   * shows rows that may be no more.
   */
  async commit(manifest: Manifest, replaced: readonly string[]): Promise<void> {
    const { change, places } = this.#output;
    const last = { path: places.manifest, text: `${JSON.stringify(manifest, null, 2)}\n` };
    // What is said beside the manifest is about the whole dataset, which `merge` makes of shards.
    const texts = places.shared ? [last] : [...metadataOf(manifest), last];
    const { evidence } = manifest;
    const kept = [...texts, ...this.#files, ...(evidence ? [evidence] : [])].map(({ path }) => path);
    const old = places.shared ? replaced : [REPORT, ...replaced];
    await change.commit(
      texts,
      [...new Set(old)].filter((path) => !kept.includes(path)),
    );
  }
}
