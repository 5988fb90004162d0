import { BuilderError } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { FORMATS } from '../formats/registry.ts';
import type { Manifest, ManifestFile } from '../model/manifest.ts';
import { type Table, tableColumns, timesOf } from '../model/table.ts';
import { type LocalCopy, OtherSize, type Storage } from '../storage/storage.ts';
import { sha256OfFile } from './writer.ts';

type Kind = Pick<Manifest, 'format' | 'columns' | 'escapesFormulas'>;

/** What RFC 3339 can write. */
const EARLIEST_MS = 0;
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The columns of a dataset as its features and what it is about make them. */
function checkColumns(columns: Kind['columns']): void {
  const features = columns.filter(({ type }) => type === 'double').map(({ name }) => name);
  const has = (wanted: string) => columns.some(({ name }) => name === wanted);
  const wanted = tableColumns(features, has('pod') ? 'pod' : 'node', has('pod') && has('involvement'));
  const isSame = wanted.every(({ name, type }, i) => columns[i]?.name === name && columns[i]?.type === type);
  if (!isSame || columns.length !== wanted.length || new Set(features).size !== features.length)
    throw new Error('the columns in the manifest are not those of a dataset');
}

/**
 * The rows of a dataset's file, a few at a time, in its order.
 *
 * @throws {Error} when the manifest's columns or the times of the rows cannot be a dataset's
 */
export async function* tablesOfCopy(
  { file }: LocalCopy,
  { format, columns, escapesFormulas }: Kind,
): AsyncGenerator<Table> {
  checkColumns(columns);
  for await (const table of FORMATS[format].read(file, columns, { escapesFormulas })) {
    if (!timesOf(table).every((t) => t >= EARLIEST_MS && t <= LATEST_MS))
      throw new Error('a row has a time that no dataset has');
    yield table;
  }
}

/**
 * The rows of a dataset's file, as `tablesOfCopy`.
 *
 * @param otherwise says that it is not the file that the manifest names; without it that is not looked at
 * @throws {BuilderError} `damaged` when it cannot be read
 */
export async function* tablesOfFile(
  storage: Storage,
  named: ManifestFile,
  kind: Kind,
  otherwise?: () => Error,
): AsyncGenerator<Table> {
  let copy: LocalCopy | undefined;
  try {
    copy = await storage.open(named);
    if (otherwise !== undefined && (await sha256OfFile(copy.file)) !== named.sha256) throw otherwise();
    yield* tablesOfCopy(copy, kind);
  } catch (error) {
    if (error instanceof BuilderError) throw error;
    if (error instanceof OtherSize && otherwise !== undefined) throw otherwise();
    const message = `${storage.nameOf(named.path)} cannot be read (${issueOf(error)}): see kubevigil-builder verify`;
    throw new BuilderError('damaged', message, { cause: error });
  } finally {
    copy?.release();
  }
}
