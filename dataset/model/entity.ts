/** Names of what rows are about: a node, or a pod on a node. */
import type { Manifest } from './manifest.ts';
import type { EntityName } from './rows.ts';
import { type Table, type TextColumn, textColumn } from './table.ts';
import { textAt } from './text-column.ts';

/** As files and the manifest write it: without a cluster it is null; only a pod has a namespace and a name. */
export interface NamedEntity {
  readonly cluster: string | null;
  readonly node: string;
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
}

/** A text that is the same for the same node or pod. */
export function entityKey({ cluster, node, namespace, pod }: NamedEntity): string {
  return JSON.stringify([cluster, node, namespace, pod]);
}

/** A name for people: `cluster/node`, and of a pod `node namespace/pod`. */
export function entityText({ cluster, node, namespace, pod }: NamedEntity): string {
  const place = cluster === null ? node : `${cluster}/${node}`;
  return pod === undefined ? place : `${place} ${namespace ?? ''}/${pod}`;
}

/** What there are rows of, and how many: `1 node`, `3 pods`. */
export function entitiesText({ entity, entities }: Pick<Manifest, 'entity' | 'entities'>): string {
  return `${entities.length} ${entity}${entities.length === 1 ? '' : 's'}`;
}

/** With the empty text for no cluster. */
export function entityName({ cluster, node, namespace, pod }: NamedEntity): EntityName {
  return { cluster: cluster ?? '', node, ...(pod !== undefined && { namespace: namespace ?? '', pod }) };
}

function entityAt(columns: readonly TextColumn[], row: number): NamedEntity {
  const [cluster = null, node, namespace, pod] = columns.map((column) => textAt(column, row));
  const name = { cluster, node: node ?? '' };
  return pod === undefined ? name : { ...name, namespace: namespace ?? '', pod: pod ?? '' };
}

/** What each row of a table is about; the same object in rows that follow each other. */
export function entitiesOf(table: Table): NamedEntity[] {
  const isOfPods = table.columns.some(({ name }) => name === 'pod');
  const names = isOfPods ? ['cluster', 'node', 'namespace', 'pod'] : ['cluster', 'node'];
  const columns = names.map((name) => textColumn(table, name));
  const entities = new Array<NamedEntity>(table.rows);
  for (let row = 0; row < table.rows; row++) {
    const isSame = row > 0 && columns.every(({ codes }) => codes[row] === codes[row - 1]);
    entities[row] = isSame ? (entities[row - 1] as NamedEntity) : entityAt(columns, row);
  }
  return entities;
}
