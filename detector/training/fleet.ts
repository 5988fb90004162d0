/** The rows of several datasets together, and how they become features. */
import { formatDuration } from '../../common/duration.ts';
import { type Column, type Dataset, NORMAL, type Series } from '../../learning/table/series.ts';
import { DetectorError } from '../base/errors.ts';
import { OwnPast } from '../features/own-past.ts';
import type { FeaturePlan } from '../features/plan.ts';
import { Readiness } from '../features/readiness.ts';
import { FleetScales } from '../features/scales.ts';
import { valuesAt } from '../samples/gather.ts';
import { type Purpose, purposes } from '../samples/purpose.ts';

/** Rows of a window. */
export const WINDOW = 8;
const HORIZON_MS = 3_600_000;
const LEARNING_ROWS = 20;

export interface Fleet {
  readonly series: readonly { readonly rows: Series; readonly kept: readonly number[] }[];
  /** For each row of each series what it is for. */
  readonly purposes: readonly (readonly (Purpose | undefined)[])[];
  readonly plan: FeaturePlan;
  /** Of the plan. */
  readonly columns: readonly Column[];
  /** Columns that never moved. */
  readonly constant: readonly string[];
}

/** Refuses datasets that are not of the same columns and step. */
function checkAlike(first: Dataset, others: readonly Dataset[]): void {
  const names = ({ columns }: Dataset) => columns.map(({ name }) => name);
  for (const other of others) {
    if (other.stepMs !== first.stepMs) {
      const [one, two] = [first.stepMs, other.stepMs].map(formatDuration);
      throw new DetectorError(
        'data',
        `${first.name} has a row each ${one}, ${other.name} each ${two}: build both with the same step`,
      );
    }
    const [own, theirs] = [new Set(names(first)), new Set(names(other))];
    const column = [...own, ...theirs].find((name) => own.has(name) !== theirs.has(name));
    if (column !== undefined)
      throw new DetectorError(
        'data',
        `${column} is a column of ${first.name} or of ${other.name}, and not of both: build both with the same columns`,
      );
  }
}

function scalesOf(
  all: readonly Series[],
  columns: readonly number[],
  own: readonly (readonly (Purpose | undefined)[])[],
  times: Pick<FeaturePlan, 'stepMs' | 'horizonMs' | 'window' | 'learningRows'>,
): (number | undefined)[] {
  const scales = new FleetScales(columns.length);
  const residuals = new Float64Array(columns.length);
  all.forEach((series, number) => {
    const readiness = new Readiness(times);
    let past = new OwnPast(columns.length, times.stepMs, times.horizonMs);
    series.timesMs.forEach((timeMs, row) => {
      if (readiness.next(timeMs).isNewPast) past = new OwnPast(columns.length, times.stepMs, times.horizonMs);
      past.residuals(valuesAt(series, columns, row), residuals);
      const purpose = own[number]?.[row];
      if (purpose?.part === 'train') scales.add(residuals, purpose.label === NORMAL);
    });
  });
  return scales.scales();
}

/**
 * Puts datasets together: what each row is for, and the scales of the fleet, from the training rows alone.
 *
 * @throws {DetectorError} `data` when they do not fit each other, or no column of them ever moves
 */
export function fleetOf(datasets: readonly Dataset[]): Fleet {
  const [first, ...others] = datasets;
  if (first === undefined) throw new RangeError('there is no dataset');
  checkAlike(first, others);
  const names = first.columns.map(({ name }) => name);
  const times = { stepMs: first.stepMs, horizonMs: HORIZON_MS, window: WINDOW, learningRows: LEARNING_ROWS };
  const alike = datasets.map((dataset) => ({ dataset, places: columnPlaces(dataset, names) }));
  const series = alike.flatMap(({ dataset, places }) =>
    dataset.series.map((rows) => ({
      ...rows,
      values: places.map((place) => rows.values[place] as Float64Array),
    })),
  );
  const own = series.map((rows) => purposes(rows, times));
  const all = names.map((_, i) => i);
  const scales = scalesOf(series, all, own, times);
  const kept = all.filter((i) => scales[i] !== undefined);
  if (kept.length === 0)
    throw new DetectorError(
      'data',
      `${first.name}: no column moves in training rows that have a label: build it with labels, and see its report`,
    );
  return {
    series: series.map((rows) => ({ rows, kept })),
    purposes: own,
    plan: {
      ...times,
      columns: kept.map((i) => names[i] as string),
      scales: kept.map((i) => scales[i] as number),
    },
    columns: kept.map((i) => first.columns[i] as Column),
    constant: names.filter((_, i) => scales[i] === undefined),
  };
}

/** Where a dataset has some columns. */
function columnPlaces({ columns }: Dataset, wanted: readonly string[]): number[] {
  const names = columns.map(({ name }) => name);
  return wanted.map((name) => names.indexOf(name));
}
