import { compare } from '../../common/collections.ts';
import { recordOf } from '../../common/records.ts';
import type { Entity } from '../../exporter/catalogue/model/columns.ts';
import type { EntityName, FeatureColumn, LabelledRows, RowLabel, Split } from './rows.ts';
import { everywhere, type Texts, textsOf, textsOfObjects } from './text-column.ts';

export type ColumnType = 'timestamp' | 'double' | 'int32' | 'string';

/** Numbers of a column, NaN for null: timestamps are milliseconds since 1970. */
export interface NumberColumn {
  readonly name: string;
  readonly type: 'timestamp' | 'double' | 'int32';
  readonly values: Float64Array;
}

export interface TextColumn extends Texts {
  readonly name: string;
  readonly type: 'string';
}

/** A column of rows as they stand in the files. */
export type TableColumn = NumberColumn | TextColumn;

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
const INVOLVEMENT: DescribedColumn = {
  name: 'involvement',
  type: 'string',
  help: 'What the pod has to do with the episode: attacker, victim, or bystander, which is normal; null when nobody said.',
};
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
    help: 'Part that the node played in the episode; benign for a workload that only looks like an attack.',
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
export const COLUMN_HELP: Readonly<Record<string, string>> = recordOf(
  [...BEFORE, ...OF_PODS, ...AFTER, INVOLVEMENT].map(({ name, help }) => [name, help]),
);

/**
 * The columns of a dataset in their order.
 *
 * @param involvement whether it has the column of that name, as datasets of pods have that were made since there is one
 */
export function tableColumns(
  features: readonly string[],
  entity: Entity = 'node',
  involvement = entity === 'pod',
): ColumnName[] {
  const plain = ({ name, type }: ColumnName) => ({ name, type });
  const after = AFTER.flatMap((column) =>
    involvement && column.name === 'phase' ? [INVOLVEMENT, column] : [column],
  );
  return [
    ...BEFORE.map(plain),
    ...(entity === 'pod' ? OF_PODS.map(plain) : []),
    ...features.map((name) => ({ name, type: 'double' as const })),
    ...after.map(plain),
  ];
}

/** Rows to be put into a table; where their part is not decided yet, as it can be in a stream, it is null. */
interface FinishedRows extends LabelledRows {
  readonly splits: readonly (Split | null)[];
}

/** The rows of one node as a table. */
export function tableOf(rows: FinishedRows, columns: readonly FeatureColumn[]): Table {
  const { cluster, node, namespace = '', pod, timesMs, features, labels, splits } = rows;
  // CSV cannot tell an empty text from none.
  const string = (name: string, { texts, codes }: Texts): TextColumn => ({
    name,
    type: 'string',
    texts: texts.map((text) => (text === '' ? null : text)),
    codes,
  });
  const constant = (name: string, value: string | null) => string(name, everywhere(value, timesMs.length));
  const labelTexts = textsOfObjects(labels);
  const label = (name: string, of: (label: RowLabel) => string | null) => string(name, labelTexts(of));
  return {
    rows: timesMs.length,
    columns: [
      { name: 'timestamp', type: 'timestamp', values: timesMs },
      constant('cluster', cluster === '' ? null : cluster),
      constant('node', node),
      ...(pod === undefined ? [] : [constant('namespace', namespace), constant('pod', pod)]),
      ...columns.map(
        ({ column: { name } }, i): TableColumn => ({
          name,
          type: 'double',
          values: features[i] ?? new Float64Array(0),
        }),
      ),
      label('label', (own) => own.label),
      {
        name: 'anomaly',
        type: 'int32',
        values: Float64Array.from(labels, ({ anomaly }) => anomaly ?? Number.NaN),
      },
      label('episode', (own) => own.episode),
      label('role', (own) => own.role),
      ...(pod === undefined ? [] : [label('involvement', (own) => own.involvement ?? null)]),
      label('phase', (own) => own.phase),
      label('run', (own) => own.run),
      string('split', textsOf(splits)),
    ],
  };
}

/** A column's values of some rows. A loop, as `from` with a function goes through an iterator, which takes many times as long. */
function valuesAt(values: Float64Array, rows: Uint32Array): Float64Array {
  const found = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) found[i] = values[rows[i] as number] as number;
  return found;
}

/** Some rows of a table, in the order in which they are named. */
export function rowsAt({ columns }: Table, rows: Uint32Array): Table {
  return {
    rows: rows.length,
    columns: columns.map(
      (column): TableColumn =>
        column.type === 'string'
          ? { ...column, codes: rows.map((row) => column.codes[row] as number) }
          : { ...column, values: valuesAt(column.values, rows) },
    ),
  };
}

/** The rows from one up to another, which is not among them. */
export function rowsFrom(table: Table, from: number, to: number): Table {
  if (from === 0 && to === table.rows) return table;
  const columns = table.columns.map(
    (column): TableColumn =>
      column.type === 'string'
        ? { ...column, codes: column.codes.slice(from, to) }
        : { ...column, values: column.values.slice(from, to) },
  );
  return { rows: to - from, columns };
}

/** A column's values as they are, null for null. */
export function valuesOf(column: TableColumn): readonly (number | string | null)[] {
  return column.type === 'string'
    ? Array.from(column.codes, (code) => column.texts[code] ?? null)
    : Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
}

/** A string column by name. */
export function textColumn(table: Table, name: string): TextColumn {
  const column = table.columns.find((each) => each.name === name);
  if (column?.type !== 'string') throw new RangeError(`no string column ${name}`);
  return column;
}

/** The texts of a string column, row by row. */
export function strings(table: Table, name: string): readonly (string | null)[] {
  return valuesOf(textColumn(table, name)) as readonly (string | null)[];
}

/** A column of numbers by name. */
export function numbers(table: Table, name: string): Float64Array {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined || column.type === 'string') throw new RangeError(`no column of numbers ${name}`);
  return column.values;
}

/** The rows' times. */
export function timesOf(table: Table): Float64Array {
  return numbers(table, 'timestamp');
}

/** Orders names of nodes and pods as the files do. */
export const byNode = (a: EntityName, b: EntityName) =>
  compare(a.cluster, b.cluster) ||
  compare(a.node, b.node) ||
  compare(a.namespace ?? '', b.namespace ?? '') ||
  compare(a.pod ?? '', b.pod ?? '');
