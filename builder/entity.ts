/** Names of what rows are about: a node, or a pod on a node. */
import type { EntityName } from './model.ts';
import { strings, type Table } from './table.ts';

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

/** With the empty text for no cluster. */
export function entityName({ cluster, node, namespace, pod }: NamedEntity): EntityName {
  return { cluster: cluster ?? '', node, ...(pod !== undefined && { namespace: namespace ?? '', pod }) };
}

/** What each row of a table is about; the same object in rows that follow each other. */
export function entitiesOf(table: Table): NamedEntity[] {
  const clusters = strings(table, 'cluster');
  const nodes = strings(table, 'node');
  const isOfPods = table.columns.some(({ name }) => name === 'pod');
  const pods = isOfPods ? strings(table, 'pod') : undefined;
  const namespaces = isOfPods ? strings(table, 'namespace') : undefined;
  let last: NamedEntity | undefined;
  return nodes.map((name, row) => {
    const cluster = clusters[row] ?? null;
    const node = name ?? '';
    const namespace = namespaces && (namespaces[row] ?? '');
    const pod = pods && (pods[row] ?? '');
    const isSame =
      last?.node === node && last.cluster === cluster && last.pod === pod && last.namespace === namespace;
    if (last === undefined || !isSame) last = { cluster, node, ...(isOfPods && { namespace, pod }) };
    return last;
  });
}
