import type { InputFile } from '../files/input-file.ts';
import type { Places } from '../model/file-names.ts';
import type { ManifestFile } from '../model/manifest.ts';

/** A file of a dataset as it can be read on this machine. */
export interface LocalCopy {
  readonly file: InputFile;
  /** Says that nobody reads it any more. */
  release(): void;
}

/** Largest file that is read as a whole: a manifest of 100,000 files, and what follows from it. */
export const MOST_SMALL_BYTES = 67_108_864;

/** What a manifest says of a file, by which it is opened. */
export type Named = Pick<ManifestFile, 'path' | 'bytes'>;

/** A file has another size than its manifest says: nobody reads on to find out more. */
export class OtherSize extends Error {}

/** @throws {OtherSize} */
export function checkBytes(found: number, { bytes }: Named): void {
  if (found !== bytes) throw new OtherSize(`bytes is ${found}, the manifest says ${bytes}`);
}

/** A small file of a dataset: a path relative to the dataset, and what stands in it. */
export interface Text {
  readonly path: string;
  readonly text: string;
}

/**
 * What one run alone does to a dataset. Whoever follows the manifest sees nothing of it before `commit` has put the
 * manifest, and all of it after.
 */
export interface Change {
  /** Where on this machine to write a data file; it is nobody else's. */
  draft(file: string): string;
  /**
   * Takes over a draft that is written to its end.
   *
   * @returns the path under which the dataset will have it
   */
  take(file: string, sha256: string): Promise<string>;
  /**
   * Makes the change: what was taken over, then the texts, of which the manifest is the last; then removes files.
   *
   * @throws {BuilderError} `busy` when another run has taken the dataset over: then nothing is changed
   */
  commit(texts: readonly Text[], remove: readonly string[]): Promise<void>;
  /** Undoes what is not committed. */
  discard(): Promise<void>;
}

/** Where a dataset stands: a folder of this machine, or a prefix in a bucket. */
export interface Storage {
  /** As messages name it. */
  readonly name: string;
  /** A file in it, as messages name it. */
  nameOf(file: string): string;
  /** Paths of all files relative to it, with `/`, sorted; none when it is not there. */
  list(): Promise<string[]>;
  /**
   * A small file; undefined when it is not there.
   *
   * @throws {BuilderError} when it cannot be read, is no regular file, or is larger than `MOST_SMALL_BYTES`
   */
  read(file: string): Promise<Buffer | undefined>;
  /**
   * A data file on this machine.
   *
   * @throws {Error} when it is not there, is no regular file, or has another size than the manifest says
   */
  open(file: Named): Promise<LocalCopy>;
  /** Puts a small file in place that the manifest does not speak of. */
  write(file: string, text: string): Promise<void>;
  /** Whether files stand there of a change that was not made to its end. */
  isUnfinished(): Promise<boolean>;
  /**
   * Runs a task while nobody else changes the dataset, after having tidied up behind a run that was killed.
   *
   * @throws {BuilderError} `busy` when another run does
   */
  alone<T>(places: Places, task: (change: Change) => Promise<T>): Promise<T>;
}
