/** The file with hidden labels, for whoever judges: CSV as `score --labels` reads it. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { BuilderError, messageOf, systemCode } from '../../common/errors.ts';
import { type Table, timesOf } from '../../dataset/model/table.ts';
import { textAt } from '../../dataset/model/text-column.ts';

/** Columns by which a row is found, and those that are hidden; a dataset has not all of them. */
const COLUMNS = [
  'cluster',
  'node',
  'namespace',
  'pod',
  'label',
  'episode',
  'role',
  'involvement',
  'phase',
] as const;

/** Others who use this machine have no business in it. */
const OWNER_ONLY = 0o600;

export class LabelKey {
  readonly #path: string;
  readonly #fd: number;
  readonly #columns: readonly string[];
  #isOpen = true;

  private constructor(path: string, fd: number, columns: readonly string[]) {
    this.#path = path;
    this.#fd = fd;
    this.#columns = columns;
    this.#write([['timestamp', ...columns]]);
  }

  /**
   * Begins a file where there is none.
   *
   * @param present the columns of the dataset
   * @throws {BuilderError} `output`
   */
  static create(path: string, present: readonly string[]): LabelKey {
    try {
      const fd = openSync(path, 'wx', OWNER_ONLY);
      return new LabelKey(
        path,
        fd,
        COLUMNS.filter((name) => present.includes(name)),
      );
    } catch (error) {
      const message =
        systemCode(error) === 'EEXIST'
          ? 'is there already: labels that were hidden before may be in it; choose another --key, or remove it'
          : messageOf(error);
      throw new BuilderError('output', `${path}: ${message}`, { cause: error });
    }
  }

  /** Adds the marked rows of a table. */
  add(table: Table, isMarked: Uint8Array): void {
    const texts = this.#columns.map((name) => table.columns.find((column) => column.name === name));
    const lines: (string | null)[][] = [];
    timesOf(table).forEach((t, row) => {
      if (isMarked[row] !== 1) return;
      const cells = texts.map((column) => (column?.type === 'string' ? textAt(column, row) : null));
      lines.push([new Date(t).toISOString(), ...cells]);
    });
    this.#write(lines);
  }

  #write(lines: (string | null)[][]): void {
    if (lines.length > 0) writeSync(this.#fd, stringify(lines));
  }

  /** Waits until it is on the disk. */
  close(): void {
    fsyncSync(this.#fd);
    closeSync(this.#fd);
    this.#isOpen = false;
  }

  /** Leaves nothing of it. */
  remove(): void {
    if (this.#isOpen) closeSync(this.#fd);
    rmSync(this.#path, { force: true });
  }
}
