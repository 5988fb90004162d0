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
import { SPLITS, type Split } from '../model/rows.ts';
import { numbers, rowsAt, type Table, textColumn, timesOf } from '../model/table.ts';
import type { Texts } from '../model/text-column.ts';
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
  /** Whether a day has a file for each part of the split; without it one for all. */
  readonly bySplit?: boolean;
}

/** A file that is being written. */
interface OpenFile {
  readonly path: string;
  readonly draft: string;
  readonly writer: TableWriter;
  rows: number;
  startMs: number;
  endMs: number;
}

/** The numbers of the rows of a part. */
function rowsOf({ texts, codes }: Texts, split: Split): Uint32Array {
  const own = texts.map((text) => text === split);
  const rows = new Uint32Array(codes.length);
  let count = 0;
  for (let row = 0; row < codes.length; row++) if (own[codes[row] as number]) rows[count++] = row;
  return rows.subarray(0, count);
}

/** The rows of each part of the split that a table has rows of. */
function* bySplit(table: Table): Generator<[Split, Table]> {
  const column = textColumn(table, 'split');
  for (const split of SPLITS) {
    const rows = rowsOf(column, split);
    if (rows.length > 0) yield [split, rows.length === table.rows ? table : rowsAt(table, rows)];
  }
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
   * @param labelDigest goes into the entry of each file; the infinities that became null into that of the first
   * @param part number in the files' names; without it that of the writer's places
   */
  async partition(
    date: string,
    tables: Iterable<Table>,
    labelDigest: string,
    infinite?: ManifestFile['infinite'],
    part = this.#output.places.part,
  ): Promise<void> {
    const { change, bySplit: isBySplit = false } = this.#output;
    const open = new Map<Split | undefined, OpenFile>();
    const add = (split: Split | undefined, table: Table) => {
      const file = open.get(split) ?? this.#open(date, split, part);
      open.set(split, file);
      file.writer.write(table);
      file.rows += table.rows;
      for (const t of timesOf(table)) {
        file.startMs = Math.min(file.startMs, t);
        file.endMs = Math.max(file.endMs, t);
      }
    };
    const inOrder = [undefined, ...SPLITS];
    let written: (OpenFile & Written)[];
    try {
      for (const table of tables) {
        if (!isBySplit) add(undefined, table);
        else for (const [split, own] of bySplit(table)) add(split, own);
      }
      const files = inOrder.flatMap((split) => open.get(split) ?? []);
      written = files.map((file) => ({ ...file, ...file.writer.close() }));
    } catch (error) {
      for (const { writer } of open.values()) writer.abandon();
      throw error;
    }
    for (const [i, { path, rows, bytes, sha256, startMs, endMs }] of written.entries())
      this.#files.push({
        path: await change.take(path, sha256),
        ...{ bytes, sha256, rows, start: formatTime(startMs), end: formatTime(endMs) },
        labelDigest,
        ...(i === 0 && infinite && { infinite }),
      });
  }

  #open(date: string, split: Split | undefined, part: number): OpenFile {
    const { change, places, format, columns, how } = this.#output;
    const path = dataPath(date, { ...places, part }, format.name, split);
    const draft = change.draft(path);
    const times = { startMs: Number.POSITIVE_INFINITY, endMs: Number.NEGATIVE_INFINITY };
    return { path, draft, writer: format.open(draft, columns, how), rows: 0, ...times };
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
