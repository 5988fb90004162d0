import { groupBy } from '../../common/collections.ts';
import { dayOf } from '../model/file-names.ts';
import { inOrder } from '../model/in-order.ts';
import type { Manifest, ManifestFile } from '../model/manifest.ts';
import type { Table } from '../model/table.ts';
import type { Storage } from '../storage/storage.ts';
import { tablesOfFile } from './read-rows.ts';

/** The files of each day, in the manifest's order. */
export function filesByDay(files: readonly ManifestFile[]): ManifestFile[][] {
  return [...groupBy(files, ({ path }) => dayOf(path)).values()];
}

/** Makes the error for a file that is not the one that the manifest names. */
type Otherwise = (file: ManifestFile) => Error;

/**
 * The rows of files of one day, in the order in which one file would have them.
 *
 * @param otherwise without it nobody looks whether they are the files that the manifest names
 * @throws {BuilderError} `damaged`
 */
export function tablesOfDay(
  storage: Storage,
  files: readonly ManifestFile[],
  kind: Pick<Manifest, 'format' | 'columns' | 'escapesFormulas'>,
  otherwise?: Otherwise,
): AsyncGenerator<Table> {
  return inOrder(
    files.map((file) => tablesOfFile(storage, file, kind, otherwise && (() => otherwise(file)))),
  );
}

/**
 * All rows of a dataset: day by day, node by node, by time, however many files each day is in.
 *
 * @throws {BuilderError} `damaged`
 */
export async function* tablesOfDataset(
  storage: Storage,
  manifest: Pick<Manifest, 'files' | 'format' | 'columns' | 'escapesFormulas'>,
  otherwise?: Otherwise,
): AsyncGenerator<Table> {
  for (const files of filesByDay(manifest.files)) yield* tablesOfDay(storage, files, manifest, otherwise);
}
