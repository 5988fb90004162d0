import { groupBy } from '../../common/collections.ts';
import { entitiesOf, entityKey, entityName, type NamedEntity } from './entity.ts';
import type { ManifestFile } from './manifest.ts';
import type { EntityName } from './rows.ts';
import { byNode, type Table, type TableColumn } from './table.ts';

function sliceColumn(column: TableColumn, from: number, to: number): TableColumn {
  return column.type === 'string'
    ? { ...column, codes: column.codes.slice(from, to) }
    : { ...column, values: column.values.slice(from, to) };
}

interface NodeTable extends EntityName {
  readonly table: Table;
}

/** A table cut where the node, or the pod, changes. */
function cutByNode(table: Table): NodeTable[] {
  const entities = entitiesOf(table);
  const keys = entities.map(entityKey);
  const pieces: NodeTable[] = [];
  for (let from = 0; from < table.rows; ) {
    let to = from + 1;
    while (to < table.rows && keys[to] === keys[from]) to++;
    const columns = table.columns.map((column) => sliceColumn(column, from, to));
    const name = entityName(entities[from] as NamedEntity);
    pieces.push({ ...name, table: { rows: to - from, columns } });
    from = to;
  }
  return pieces;
}

function dayOf({ path }: ManifestFile): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/**
 * Passes tables on in the order in which one run writes them, day by day and node by node, however many shards each
 * day is in: sums of numbers depend on their order in the last digits. Only a day of several files is kept in memory.
 */
export class NodeOrder {
  readonly #filesOfDay: ReadonlyMap<string, readonly ManifestFile[]>;
  readonly #pass: (table: Table) => void;
  #pending: NodeTable[] = [];

  /** @param files of the dataset, in their order */
  constructor(files: readonly ManifestFile[], pass: (table: Table) => void) {
    this.#filesOfDay = groupBy(files, dayOf);
    this.#pass = pass;
  }

  add(file: ManifestFile, table: Table): void {
    if (this.#filesOfDay.get(dayOf(file))?.length === 1) this.#pass(table);
    else this.#pending.push(...cutByNode(table));
  }

  /** Says that there are no more tables of a file. */
  end(file: ManifestFile): void {
    if (this.#filesOfDay.get(dayOf(file))?.at(-1) !== file) return;
    for (const { table } of this.#pending.sort(byNode)) this.#pass(table);
    this.#pending = [];
  }
}
