import type { InputFile } from '../files/input-file.ts';
import type { Written } from '../files/output-file.ts';
import type { FormatName } from '../model/format-names.ts';
import type { ColumnName, Table } from '../model/table.ts';
import type { Recipes } from './recipe.ts';

/** A file being written; nothing of it counts before `close`. */
export interface TableWriter {
  write(table: Table): void;
  close(): Written;
  /** Lets go of a file that will be removed, after a failure. */
  abandon(): void;
}

export interface ColumnUnit extends ColumnName {
  readonly unit?: string;
}

/** How a file is written beyond its kind; it is read in the same way. */
export interface FormatOptions {
  /** In CSV: a quote before texts that spreadsheets take for formulas. */
  readonly escapesFormulas?: boolean | undefined;
}

/** One kind of file that rows can stand in: all that the builder, storages and descriptions know of it. */
export interface Format {
  /** As the configuration and the manifest name it; file names end so. */
  readonly name: FormatName;
  /** By IANA, as object stores are told it. */
  readonly contentType: string;
  /** As Croissant names it. */
  readonly encodingFormat: string;
  /** Whether texts that spreadsheets take for formulas can be escaped, see {@link FormatOptions}. */
  readonly canEscapeFormulas: boolean;
  /** For the dataset card: what a reader must know of the files. */
  readonly note: string;
  readonly recipes: Recipes;
  open(path: string, columns: readonly ColumnUnit[], options?: FormatOptions): TableWriter;
  /**
   * The rows of a file, a few at a time, in the file's order.
   *
   * @throws {Error} when the file is none of this kind, or its columns are others
   */
  read(file: InputFile, columns: readonly ColumnName[], options?: FormatOptions): AsyncIterable<Table>;
}
