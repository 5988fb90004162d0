import { recordOf } from '../../common/records.ts';
import { isBenign } from '../episodes/contract.ts';
import { entitiesOf, entityKey, entityName, type NamedEntity } from '../model/entity.ts';
import { RowsDigest } from '../model/rows-digest.ts';
import {
  byNode,
  type Table,
  type TableColumn,
  type TextColumn,
  textColumn,
  timesOf,
} from '../model/table.ts';
import { countsOf, countsOfPairs, rowsWith } from '../model/text-column.ts';
import { byAnomaly, leakingColumns, rowKeys, Separations } from './auc.ts';
import { Drifts, driftingColumns, normalRows } from './drift.ts';
import { type Gap, GapFinder } from './gaps.ts';
import { Moments, type Statistics } from './moments.ts';

type Counts = Readonly<Record<string, number>>;
type Counting = Map<string, number>;

/** Rows that no label source speaks of. */
export const UNLABELLED = 'unlabelled';
/** What no part is called. */
const OTHER = '\0';

/** What the training rows say of a feature; `auc` is how well it alone tells attacks, null without both classes. */
interface TrainingStatistics extends Statistics {
  readonly auc: number | null;
}

/** What follows from a dataset's rows alone: said by `build`, recomputed by `verify`. */
export interface Account {
  readonly rows: number;
  readonly rowsDigest: string;
  readonly entities: readonly NamedEntity[];
  readonly nulls: Counts;
  readonly constant: readonly string[];
  readonly classBalance: Counts;
  readonly phases: Counts;
  readonly splitRows: Counts;
  readonly splitClassBalance: Readonly<Record<string, Counts>>;
  /** By part, rows in which nothing is told to go on or to have been. */
  readonly splitNormalRows: Counts;
  /** By part, rows of benign workloads. */
  readonly splitBenignRows: Counts;
  readonly statistics: Readonly<Record<string, TrainingStatistics>>;
  /** Features that alone tell the attacks among the training rows from the others. */
  readonly leaking: readonly string[];
  /** Features that follow the time that has passed, in normal rows. */
  readonly drifting: readonly string[];
  readonly gaps: readonly Gap[];
  /** Features that a node has no value of in any row. */
  readonly missing: readonly MissingColumns[];
  /** Rows that are doubled or out of order; none in a sound dataset. */
  readonly misplaced: number;
}

export interface MissingColumns extends NamedEntity {
  readonly columns: readonly string[];
}

function count(counts: Counting, key: string, rows: number): void {
  counts.set(key, (counts.get(key) ?? 0) + rows);
}

function sorted<T>(counts: ReadonlyMap<string, T>): Record<string, T> {
  return recordOf([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Counts, by part, the rows that are marked with 1. */
function addCounted(counts: Counting, split: TextColumn, marks: Uint8Array): void {
  const codes = split.codes.map((code, row) => (marks[row] === 1 ? code : split.texts.length));
  for (const [part, rows] of countsOf({ texts: [...split.texts, OTHER], codes }))
    if (part !== OTHER) count(counts, part ?? '', rows);
}

/** 1 for the rows of benign workloads, not of pods beside them. */
function benignRows(table: Table): Uint8Array {
  const role = textColumn(table, 'role');
  const isWorkload = role.texts.map((text) => text !== null && isBenign({ role: text }));
  const involvement = table.columns.find(({ name }) => name === 'involvement');
  const told = involvement?.type === 'string' ? involvement : { texts: [], codes: role.codes };
  const isBeside = told.texts.map((text) => text === 'bystander');
  const rows = new Uint8Array(table.rows);
  for (let row = 0; row < table.rows; row++)
    if (isWorkload[role.codes[row] as number] && isBeside[told.codes[row] as number] !== true) rows[row] = 1;
  return rows;
}

/** Watches whether a column ever changes. */
interface Variation {
  first: number;
  varies: boolean;
}

/** Keeps account of rows as they pass; tables must come in the order of the files. */
export class Accounts {
  readonly #digest = new RowsDigest();
  readonly #gaps: GapFinder;
  readonly #nulls: Counting = new Map();
  readonly #classes: Counting = new Map();
  readonly #phases: Counting = new Map();
  readonly #splits: Counting = new Map();
  readonly #splitClasses = new Map<string, Counting>();
  readonly #benign: Counting = new Map();
  readonly #normal: Counting = new Map();
  readonly #moments = new Map<string, Moments>();
  readonly #separations = new Separations();
  readonly #drifts = new Drifts();
  readonly #variations = new Map<string, Variation>();
  /** By node, the features that had a value. */
  readonly #seen = new Map<string, Set<string>>();
  #rows = 0;

  constructor(stepMs: number) {
    this.#gaps = new GapFinder(stepMs);
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  add(table: Table): void {
    this.#rows += table.rows;
    this.#digest.add(table);
    this.#drifts.add(table);
    this.#addClasses(table);
    const inTraining = rowsWith(textColumn(table, 'split'), (text) => text === 'train');
    this.#separations.add(
      table,
      rowKeys(table),
      byAnomaly(table, (row) => inTraining[row] === 1),
    );
    const entities = entitiesOf(table);
    const seen = this.#seenByRow(entities);
    const empty = new Uint8Array(table.rows).fill(1);
    for (const column of table.columns) {
      if (column.type === 'double') this.#addFeature(column.name, column.values, inTraining, seen, empty);
      else this.#addNulls(column);
    }
    timesOf(table).forEach((t, row) => {
      this.#gaps.add(entities[row] as NamedEntity, t, empty[row] === 1);
    });
  }

  #addClasses(table: Table): void {
    const split = textColumn(table, 'split');
    const label = textColumn(table, 'label');
    for (const [part, name, rows] of countsOfPairs(split, label)) {
      const [inPart, inClass] = [part ?? '', name ?? UNLABELLED];
      count(this.#classes, inClass, rows);
      count(this.#splits, inPart, rows);
      const classes: Counting = this.#splitClasses.get(inPart) ?? new Map();
      this.#splitClasses.set(inPart, classes);
      count(classes, inClass, rows);
    }
    addCounted(this.#benign, split, benignRows(table));
    addCounted(this.#normal, split, normalRows(table));
    for (const [phase, rows] of countsOf(textColumn(table, 'phase')))
      if (phase !== null) count(this.#phases, phase, rows);
  }

  #addNulls(column: Exclude<TableColumn, { type: 'double' }>): void {
    let nulls = 0;
    if (column.type === 'string')
      for (const [text, rows] of countsOf(column)) nulls += text === null ? rows : 0;
    else for (const value of column.values) nulls += Number.isNaN(value) ? 1 : 0;
    count(this.#nulls, column.name, nulls);
  }

  #seenByRow(entities: readonly NamedEntity[]): Set<string>[] {
    let last: { entity: NamedEntity; seen: Set<string> } | undefined;
    return entities.map((entity) => {
      if (last?.entity !== entity) last = { entity, seen: this.#seenBy(entity) };
      return last.seen;
    });
  }

  #seenBy(entity: NamedEntity): Set<string> {
    const key = entityKey(entity);
    const known = this.#seen.get(key) ?? new Set();
    this.#seen.set(key, known);
    return known;
  }

  #addFeature(
    name: string,
    values: Float64Array,
    inTraining: Uint8Array,
    seen: readonly Set<string>[],
    empty: Uint8Array,
  ): void {
    const moments = this.#moments.get(name) ?? new Moments();
    this.#moments.set(name, moments);
    const variation = this.#variations.get(name) ?? { first: Number.NaN, varies: false };
    this.#variations.set(name, variation);
    moments.add(values, inTraining);
    let nulls = 0;
    let noted: Set<string> | undefined;
    for (let row = 0; row < values.length; row++) {
      const value = values[row] as number;
      if (Number.isNaN(value)) {
        nulls++;
        continue;
      }
      empty[row] = 0;
      if (seen[row] !== noted) {
        noted = seen[row];
        noted?.add(name);
      }
      if (Number.isNaN(variation.first)) variation.first = value;
      else if (value !== variation.first) variation.varies = true;
    }
    count(this.#nulls, name, nulls);
  }

  #missing(): MissingColumns[] {
    return this.#nodesInOrder().flatMap((entity) => {
      const seen = this.#seenBy(entity);
      const columns = [...this.#moments.keys()].filter((name) => !seen.has(name));
      return columns.length === 0 ? [] : [{ ...entity, columns }];
    });
  }

  #nodesInOrder() {
    return this.#gaps.nodes.sort((a, b) => byNode(entityName(a), entityName(b)));
  }

  result(): Account {
    const separations = this.#separations.result();
    return {
      rows: this.#rows,
      rowsDigest: this.#digest.hex(),
      entities: this.#nodesInOrder(),
      nulls: recordOf(this.#nulls),
      constant: [...this.#variations].filter(([, { varies }]) => !varies).map(([name]) => name),
      classBalance: sorted(this.#classes),
      phases: sorted(this.#phases),
      splitRows: sorted(this.#splits),
      splitClassBalance: sorted(
        new Map([...this.#splitClasses].map(([split, classes]) => [split, sorted(classes)])),
      ),
      splitNormalRows: sorted(this.#normal),
      splitBenignRows: sorted(this.#benign),
      statistics: recordOf(
        [...this.#moments].map(([name, moments]) => [
          name,
          { ...moments.result(), auc: separations.get(name)?.auc ?? null },
        ]),
      ),
      leaking: leakingColumns(separations),
      drifting: driftingColumns(this.#drifts.result()),
      gaps: this.#gaps.result(),
      missing: this.#missing(),
      misplaced: this.#gaps.misplaced,
    };
  }
}
