/** Whether the check for drift flags a feature that was made to drift, and none that was not. */
import type { Table } from '../../dataset/model/table.ts';
import { timesOf } from '../../dataset/model/table.ts';
import { Drifts, driftingColumns, normalRows } from '../../dataset/summary/drift.ts';

/** From the first row to the last, in standard deviations of the feature in normal rows: time then explains about five sixths of its variance. */
const TREND_DEVIATIONS = 8;

export interface Planted {
  /** What is flagged in the rows as they are. */
  readonly real: string[];
  /** Features in which a drift was planted, one at a time. */
  readonly features: number;
  /** Those in which it was not flagged, and those beside which something else was flagged that is not as the rows are. */
  readonly missed: string[];
  readonly spilled: string[];
}

function flaggedIn(tables: readonly Table[]): string[] {
  const drifts = new Drifts();
  for (const table of tables) drifts.add(table);
  return driftingColumns(drifts.result());
}

/** Values of a feature in normal rows. */
function normalValues(tables: readonly Table[], name: string): number[] {
  return tables.flatMap((table) => {
    const counts = normalRows(table);
    const column = table.columns.find((one) => one.name === name);
    if (column?.type !== 'double') return [];
    return Array.from(column.values).filter((value, row) => counts[row] === 1 && !Number.isNaN(value));
  });
}

/** Below this share of a mean, values differ in their last digits alone. */
const ROUNDING = 1e-9;

/** What a trend is to add by the last row. */
function trendOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  // Of what never changes any change is a trend.
  return deviation > ROUNDING * Math.abs(mean) ? TREND_DEVIATIONS * deviation : Math.abs(mean) || 1;
}

/** The tables with a feature to which `most` has been added by the last of all times, and the less the earlier. */
function withTrend(
  tables: readonly Table[],
  name: string,
  most: number,
  span: readonly [number, number],
): Table[] {
  const [firstMs, lastMs] = span;
  return tables.map((table) => {
    const times = timesOf(table);
    const trend = (value: number, row: number) =>
      value + (most * ((times[row] as number) - firstMs)) / (lastMs - firstMs);
    return {
      ...table,
      columns: table.columns.map((column) =>
        column.name === name && column.type === 'double'
          ? { ...column, values: column.values.map(trend) }
          : column,
      ),
    };
  });
}

/** Plants a drift in each feature that has values in normal rows, one at a time. @param tables all rows of a dataset */
export function plantedDrifts(tables: readonly Table[]): Planted {
  const real = flaggedIn(tables);
  const [firstMs, lastMs] = tables.reduce<[number, number]>(
    ([first, last], table) => {
      const times = timesOf(table);
      return [Math.min(first, times[0] ?? first), Math.max(last, times.at(-1) ?? last)];
    },
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const names = tables[0]?.columns.filter(({ type }) => type === 'double').map(({ name }) => name) ?? [];
  const tried = names.flatMap((name) => {
    const values = normalValues(tables, name);
    if (values.length === 0) return [];
    const flagged = flaggedIn(withTrend(tables, name, trendOf(values), [firstMs, lastMs]));
    const others = (all: readonly string[]) => all.filter((one) => one !== name).join();
    return [{ name, isFlagged: flagged.includes(name), spills: others(flagged) !== others(real) }];
  });
  const namesOf = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);
  return {
    real,
    features: tried.length,
    missed: namesOf(tried.filter(({ isFlagged }) => !isFlagged)),
    spilled: namesOf(tried.filter(({ spills }) => spills)),
  };
}
