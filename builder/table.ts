import type { Entity } from '../exporter/catalogue/model/columns.ts';
import { compare } from './collections.ts';
import type { EntityName, FeatureColumn, LabelledRows, Split } from './model.ts';

export type ColumnType = 'timestamp' | 'double' | 'int32' | 'string';

/**
 * A column of rows as they stand in the files: timestamps in milliseconds since 1970, doubles as a Float64Array in
 * which NaN is null, everything else with null for null.
 */
export type TableColumn =
  | { readonly name: string; readonly type: 'timestamp' | 'double'; readonly values: Float64Array }
  | { readonly name: string; readonly type: 'int32'; readonly values: readonly (number | null)[] }
  | { readonly name: string; readonly type: 'string'; readonly values: readonly (string | null)[] };

export interface Table {
  readonly rows: number;
  readonly columns: readonly TableColumn[];
}

export interface ColumnName {
  readonly name: string;
  readonly type: ColumnType;
}

interface DescribedColumn extends ColumnName {
  readonly help: string;
}

const BEFORE: readonly DescribedColumn[] = [
  { name: 'timestamp', type: 'timestamp', help: 'End of the step that the row covers, UTC.' },
  { name: 'cluster', type: 'string', help: 'Cluster of the node; null when no label names it.' },
  { name: 'node', type: 'string', help: 'Node that the row is about.' },
];
const OF_PODS: readonly DescribedColumn[] = [
  { name: 'namespace', type: 'string', help: 'Namespace of the pod.' },
  { name: 'pod', type: 'string', help: 'Pod that the row is about.' },
];
const AFTER: readonly DescribedColumn[] = [
  {
    name: 'label',
    type: 'string',
    help: 'Scenario of the attack under way, or normal; null when nobody knows.',
  },
  { name: 'anomaly', type: 'int32', help: '1 during an attack, else 0; null when nobody knows.' },
  { name: 'episode', type: 'string', help: 'Episode that the row lies in.' },
  {
    name: 'role',
    type: 'string',
    help: 'Part that the node played in the episode; benign for a look-alike.',
  },
  {
    name: 'phase',
    type: 'string',
    help: 'normal, attack, or recovery: after an attack, while features remember it.',
  },
  { name: 'run', type: 'string', help: 'Campaign that the episode belongs to.' },
  {
    name: 'split',
    type: 'string',
    help: 'Part that the row belongs to: train, validation, test, or embargo for none.',
  },
];

/** What the columns that are no features mean. */
export const COLUMN_HELP: Readonly<Record<string, string>> = Object.fromEntries(
  [...BEFORE, ...OF_PODS, ...AFTER].map(({ name, help }) => [name, help]),
);

/** The columns of a dataset in their order. */
export function tableColumns(features: readonly string[], entity: Entity = 'node'): ColumnName[] {
  const plain = ({ name, type }: ColumnName) => ({ name, type });
  return [
    ...BEFORE.map(plain),
    ...(entity === 'pod' ? OF_PODS.map(plain) : []),
    ...features.map((name) => ({ name, type: 'double' as const })),
    ...AFTER.map(plain),
  ];
}

/** Rows to be put into a table; where their part is not decided yet, as it can be in a stream, it is null. */
interface FinishedRows extends LabelledRows {
  readonly splits: readonly (Split | null)[];
}

/** The rows of one node as a table. */
export function tableOf(rows: FinishedRows, columns: readonly FeatureColumn[]): Table {
  const constant = (value: string | null) => Array.from(rows.timesMs, () => value);
  const string = (name: string, values: readonly (string | null)[]): TableColumn => ({
    name,
    type: 'string',
    values,
  });
  const labels = rows.labels;
  return {
    rows: rows.timesMs.length,
    columns: [
      { name: 'timestamp', type: 'timestamp', values: rows.timesMs },
      string('cluster', constant(rows.cluster === '' ? null : rows.cluster)),
      string('node', constant(rows.node)),
      ...(rows.pod === undefined
        ? []
        : [string('namespace', constant(rows.namespace ?? '')), string('pod', constant(rows.pod))]),
      ...columns.map(
        ({ column: { name } }, i): TableColumn => ({
          name,
          type: 'double',
          values: rows.features[i] ?? new Float64Array(0),
        }),
      ),
      string(
        'label',
        labels.map(({ label }) => label),
      ),
      { name: 'anomaly', type: 'int32', values: labels.map(({ anomaly }) => anomaly) },
      string(
        'episode',
        labels.map(({ episode }) => episode),
      ),
      string(
        'role',
        labels.map(({ role }) => role),
      ),
      string(
        'phase',
        labels.map(({ phase }) => phase),
      ),
      string(
        'run',
        labels.map(({ run }) => run),
      ),
      string('split', rows.splits),
    ],
  };
}

/** A column's values as they are, null for null. */
export function valuesOf(column: TableColumn): readonly (number | string | null)[] {
  return column.type === 'double'
    ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
    : Array.from<number | string | null>(column.values);
}

/** A string column by name. */
export function strings(table: Table, name: string): readonly (string | null)[] {
  const column = table.columns.find((each) => each.name === name);
  if (column?.type !== 'string') throw new RangeError(`no string column ${name}`);
  return column.values;
}

/** The rows' times. */
export function timesOf(table: Table): Float64Array {
  const column = table.columns.find(({ type }) => type === 'timestamp');
  if (column?.type !== 'timestamp') throw new RangeError('no timestamp column');
  return column.values;
}

/** Orders names of nodes and pods as the files do. */
export const byNode = (a: EntityName, b: EntityName) =>
  compare(a.cluster, b.cluster) ||
  compare(a.node, b.node) ||
  compare(a.namespace ?? '', b.namespace ?? '') ||
  compare(a.pod ?? '', b.pod ?? '');
