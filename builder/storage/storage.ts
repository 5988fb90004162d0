import type { Places } from '../output/places.ts';

/** A file of a dataset as it can be read on this machine. */
export interface LocalCopy {
  readonly path: string;
  /** Says that nobody reads it any more. */
  release(): void;
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
  /** A small file; undefined when it is not there. */
  read(file: string): Promise<Buffer | undefined>;
  /** A file on this machine with the same bytes. */
  open(file: string): Promise<LocalCopy>;
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
