import { entitiesOf, entityKey, entityName, type NamedEntity } from '../entity.ts';
import { BuilderError, messageOf } from '../errors.ts';
import { FORMATS } from '../formats/index.ts';
import type { Manifest, ManifestFile } from '../manifest-schema.ts';
import type { EntityName, NodeRows } from '../model.ts';
import type { LocalCopy, Storage } from '../storage/storage.ts';
import { byNode, type Table, timesOf } from '../table.ts';
import { sha256OfFile } from './write.ts';

type Kind = Pick<Manifest, 'format' | 'columns'>;

/** The rows of a dataset's file, a few at a time, in its order. */
export function tablesOfCopy({ path }: LocalCopy, { format, columns }: Kind): AsyncIterable<Table> {
  return FORMATS[format].read(path, columns);
}

/**
 * The rows of a dataset's file, as `tablesOfCopy`.
 *
 * @param otherwise says that it is not the file that the manifest names; without it that is not looked at
 */
export async function* tablesOfFile(
  storage: Storage,
  { path, sha256 }: ManifestFile,
  kind: Kind,
  otherwise?: () => Error,
): AsyncGenerator<Table> {
  const copy = await storage.open(path);
  try {
    if (otherwise !== undefined && (await sha256OfFile(copy.path)) !== sha256) throw otherwise();
    yield* tablesOfCopy(copy, kind);
  } finally {
    copy.release();
  }
}

interface Growing extends EntityName {
  readonly timesMs: number[];
  readonly features: number[][];
}

function addTable(nodes: Map<string, Growing>, table: Table): void {
  const features = table.columns.flatMap((column) => (column.type === 'double' ? [column.values] : []));
  const entities = entitiesOf(table);
  timesOf(table).forEach((t, row) => {
    const entity = entities[row] as NamedEntity;
    const key = entityKey(entity);
    const rows = nodes.get(key) ?? { ...entityName(entity), timesMs: [], features: features.map(() => []) };
    nodes.set(key, rows);
    rows.timesMs.push(t);
    features.forEach((values, i) => void rows.features[i]?.push(values[row] as number));
  });
}

/**
 * The rows of a file as they were before they were labelled.
 *
 * @throws {BuilderError} `damaged` when the file is not what the manifest says
 */
export async function readBack(
  storage: Storage,
  file: ManifestFile,
  manifest: Manifest,
): Promise<NodeRows[]> {
  const damaged = (reason: string, cause?: unknown) =>
    new BuilderError('damaged', `${storage.nameOf(file.path)} ${reason}: see kubevigil-builder verify`, {
      cause,
    });
  const nodes = new Map<string, Growing>();
  try {
    const otherwise = () => damaged('is not the file that the manifest names');
    for await (const table of tablesOfFile(storage, file, manifest, otherwise)) addTable(nodes, table);
  } catch (error) {
    throw error instanceof BuilderError ? error : damaged(`cannot be read (${messageOf(error)})`, error);
  }
  return [...nodes.values()].map(({ timesMs, features, ...name }) => ({
    ...name,
    timesMs: Float64Array.from(timesMs),
    features: features.map((values) => Float64Array.from(values)),
  }));
}

/** Rows of the same time range's two parts, the earlier first, in the order of files. */
export function joinRows(earlier: readonly NodeRows[], later: readonly NodeRows[]): NodeRows[] {
  const same = (one: NodeRows) => (other: NodeRows) => byNode(one, other) === 0;
  const joined = earlier.map((rows) => {
    const more = later.find(same(rows));
    if (more === undefined) return rows;
    const concatenated = (a: Float64Array, b: Float64Array | undefined) =>
      Float64Array.from([...a, ...(b ?? [])]);
    return {
      ...rows,
      timesMs: concatenated(rows.timesMs, more.timesMs),
      features: rows.features.map((values, i) => concatenated(values, more.features[i])),
    };
  });
  return [...joined, ...later.filter((rows) => !earlier.some(same(rows)))].sort(byNode);
}
