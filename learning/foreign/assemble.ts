/** Rows of foreign tables as a dataset: nodes in time, labels as episodes, parts by time. */
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { NORMAL, type RowFacts, type Series } from '../table/series.ts';
import { type Cell, numberOf, textOf, timeOf } from './cells.ts';
import { type Declaration, groupColumns } from './declaration.ts';

/** A table as it was read: cells column by column. */
export interface ForeignTable {
  /** As messages name it; a node's name where the declaration has no groups. */
  readonly name: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, readonly Cell[]>;
}

interface Row {
  readonly timeMs: number;
  readonly values: Float64Array;
  readonly label: string | null;
}

/** Where in a table something is, for people who look for it: line 1 of a CSV file is its header. */
const at = (name: string, row: number, column: string) => `${name}: row ${row + 1}, ${column}`;

const refused = (message: string) => new BuilderError('data', message);

/**
 * The features of a table, by name.
 *
 * @throws {BuilderError} `data` for a column that is declared and not there
 */
export function featuresOf({ name, columns }: ForeignTable, declaration: Declaration): string[] {
  const { time, label, features, ignore, counters } = declaration;
  const others = [time, ...groupColumns(declaration), ...(label === undefined ? [] : [label])];
  const absent = [...others, ...(features ?? []), ...counters].find((own) => !columns.has(own));
  if (absent !== undefined)
    throw refused(
      `${name} has no column ${absent}, which the declaration names: it has ${[...columns.keys()].slice(0, 20).join(', ')}`,
    );
  const left = new Set([...others, ...ignore]);
  const found = features ?? [...columns.keys()].filter((own) => !left.has(own));
  if (found.length === 0) throw refused(`${name} has no column that is a feature: name some under features`);
  return found;
}

function labelOf(cell: Cell, { normal, classes }: Declaration): string | null {
  const own = textOf(cell);
  if (own === undefined) return null;
  return normal.includes(own) || normal.includes(own.toLowerCase()) ? NORMAL : (classes[own] ?? own);
}

/** Growth a second of what only grows; unknown for the first row, and where it fell: somebody began anew. */
function grown(rows: readonly Row[], columns: readonly number[]): Row[] {
  return rows.map((row, i) => {
    const before = rows[i - 1];
    const values = row.values.slice();
    for (const column of columns) {
      const rise = (row.values[column] as number) - (before?.values[column] ?? Number.NaN);
      values[column] =
        rise >= 0 && before !== undefined ? (1_000 * rise) / (row.timeMs - before.timeMs) : Number.NaN;
    }
    return { ...row, values };
  });
}

/** Each time once. */
function inTime(node: string, rows: readonly Row[], duplicates: Declaration['duplicates']): Row[] {
  const sorted = rows.toSorted((a, b) => a.timeMs - b.timeMs);
  const twice = sorted.find((row, i) => row.timeMs === sorted[i - 1]?.timeMs);
  if (twice !== undefined && duplicates === 'refuse')
    throw refused(
      `${node} has two rows at ${new Date(twice.timeMs).toISOString()}: name the columns that tell nodes apart under group, or say duplicates: first`,
    );
  const other = duplicates === 'last' ? 1 : -1;
  return sorted.filter((row, i) => row.timeMs !== sorted[i + other]?.timeMs);
}

/** Rows of one label in a row are an episode; one that lies in two parts belongs to neither. */
function factsOf(
  node: string,
  rows: readonly Row[],
  [train, validation, test]: Declaration['fractions'],
): RowFacts[] {
  const whole = train + validation + test;
  const bounds = [train / whole, (train + validation) / whole].map((share) =>
    Math.floor(share * rows.length),
  );
  const partOf = (row: number) =>
    row < (bounds[0] as number) ? 'train' : row < (bounds[1] as number) ? 'validation' : 'test';
  const facts: RowFacts[] = [];
  for (let from = 0; from < rows.length; ) {
    const label = rows[from]?.label ?? null;
    let end = from + 1;
    while (end < rows.length && rows[end]?.label === label) end++;
    const isAttack = label !== NORMAL && label !== null;
    const isCut = isAttack && partOf(from) !== partOf(end - 1);
    for (let row = from; row < end; row++)
      facts.push({
        label,
        episode: isAttack ? `${node} ${from}` : null,
        role: isAttack ? 'target' : null,
        phase: isAttack ? 'attack' : NORMAL,
        split: isCut ? 'embargo' : partOf(row),
      });
    from = end;
  }
  return facts;
}

/**
 * The nodes of tables of the same columns, by name.
 *
 * @throws {BuilderError} `data` that names the table, the row and the column
 */
export function assemble(
  tables: readonly ForeignTable[],
  features: readonly string[],
  declaration: Declaration,
): Series[] {
  const byNode = new Map<string, Row[]>();
  const groups = groupColumns(declaration);
  for (const { name, rows, columns } of tables) {
    const column = (own: string) => columns.get(own) ?? [];
    const own = features.map(column);
    for (let row = 0; row < rows; row++) {
      const time = column(declaration.time)[row];
      const timeMs = timeOf(time, declaration.timeUnit);
      if (timeMs === undefined)
        throw refused(`${at(name, row, declaration.time)}: ${JSON.stringify(textOf(time) ?? '')} is no time`);
      const values = new Float64Array(features.length);
      own.forEach((cells, i) => {
        const value = numberOf(cells[row]);
        if (value === undefined)
          throw refused(
            `${at(name, row, features[i] as string)}: ${JSON.stringify(textOf(cells[row])?.slice(0, 40))} is no number: name the column under ignore, or choose features`,
          );
        values[i] = value;
      });
      const node =
        groups.length === 0 ? name : groups.map((group) => textOf(column(group)[row]) ?? '').join('/');
      const label =
        declaration.label === undefined ? null : labelOf(column(declaration.label)[row], declaration);
      const there = byNode.get(node);
      if (there === undefined) byNode.set(node, [{ timeMs, values, label }]);
      else there.push({ timeMs, values, label });
    }
  }
  const counters = declaration.counters.map((own) => features.indexOf(own)).filter((place) => place >= 0);
  return [...byNode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, all]) => {
      const rows = grown(inTime(node, all, declaration.duplicates), counters);
      return {
        entity: { cluster: null, node },
        timesMs: Float64Array.from(rows, ({ timeMs }) => timeMs),
        values: features.map((_, i) => Float64Array.from(rows, ({ values }) => values[i] as number)),
        facts: factsOf(node, rows, declaration.fractions),
      };
    });
}

/** From one row to the next, in milliseconds. */
export function stepOf({ step }: Declaration): number {
  return parseDurationMs(step) as number;
}
