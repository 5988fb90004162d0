/** The rows of a day as they were before they were labelled. */
import { BuilderError } from '../../common/errors.ts';
import { entitiesOf, entityKey, entityName, type NamedEntity } from '../model/entity.ts';
import type { Manifest, ManifestFile } from '../model/manifest.ts';
import type { EntityName, NodeRows } from '../model/rows.ts';
import { byNode, type Table, timesOf } from '../model/table.ts';
import type { Storage } from '../storage/storage.ts';
import { tablesOfDay } from './dataset-rows.ts';

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
 * The rows of a day's files as they were before they were labelled.
 *
 * @throws {BuilderError} `damaged` when a file is not what the manifest says
 */
export async function readBack(
  storage: Storage,
  files: readonly ManifestFile[],
  manifest: Manifest,
): Promise<NodeRows[]> {
  const otherwise = ({ path }: ManifestFile) =>
    new BuilderError(
      'damaged',
      `${storage.nameOf(path)} is not the file that the manifest names: see kubevigil-builder verify`,
    );
  const nodes = new Map<string, Growing>();
  for await (const table of tablesOfDay(storage, files, manifest, otherwise)) addTable(nodes, table);
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
