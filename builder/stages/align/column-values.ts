/** What a column is worth at each step, of one node's targets. */

import { compare, groupBy } from '../../../common/collections.ts';
import type { Grid, PlannedColumn } from '../../../dataset/model/rows.ts';
import { isSelected } from '../../prometheus/selectors.ts';
import type { RawSeries } from '../../samples/series.ts';
import type { Beginnings } from './beginnings.ts';
import { gaugeValues, newestAtSteps, orInfinity, rateValues } from './grid.ts';
import { firstWithValue } from './replicas.ts';
import type { Target } from './targets.ts';

/** The columns of one metric and one node. */
export class ColumnValues {
  readonly #grid: Grid;
  readonly #freshnessMs: number;
  readonly #beginnings: Beginnings;
  /** Rates of the series by window: several columns are made of the same series. */
  readonly #rates = new Map<RawSeries, Map<number, Float64Array>>();

  /** @param freshnessMs how long a sample counts as current */
  constructor(grid: Grid, freshnessMs: number, beginnings: Beginnings) {
    this.#grid = grid;
    this.#freshnessMs = freshnessMs;
    this.#beginnings = beginnings;
  }

  /** The column of one node, of one replica's samples at each step. */
  of(column: PlannedColumn, targets: readonly Target[]): Float64Array {
    const replicas = [...groupBy(targets, ({ replica }) => replica)].sort(([a], [b]) => compare(a, b));
    return firstWithValue(replicas.map(([, own]) => this.#replicaColumn(column, own)));
  }

  /** At each step the target that was scraped last and has a value gives it. */
  #replicaColumn(column: PlannedColumn, targets: readonly Target[]): Float64Array {
    const [only] = targets;
    if (only !== undefined && targets.length === 1) return this.#valuesOf(column, only);
    const all = targets.map((target) => ({
      values: this.#valuesOf(column, target),
      newestMs: this.#newest(target),
    }));
    return Float64Array.from({ length: this.#grid.steps }, (_, step) => {
      const ready = all.filter(({ values }) => !Number.isNaN(values[step]));
      const last = ready.sort((a, b) => (b.newestMs[step] ?? 0) - (a.newestMs[step] ?? 0))[0];
      return last?.values[step] ?? Number.NaN;
    });
  }

  /** The time of the newest sample of a target at each step. */
  #newest({ series }: Target): Float64Array {
    const result = new Float64Array(this.#grid.steps).fill(Number.NEGATIVE_INFINITY);
    for (const { timestampsMs } of series) {
      const newest = newestAtSteps(timestampsMs, this.#grid, this.#freshnessMs);
      newest.forEach((index, step) => {
        if (index >= 0) result[step] = Math.max(result[step] as number, timestampsMs[index] as number);
      });
    }
    return result;
  }

  #valuesOf(column: PlannedColumn, target: Target): Float64Array {
    const { where, over } = column.column;
    const wanted = this.#aggregate(column, target, where);
    if (over === undefined) return wanted;
    const whole = this.#aggregate(column, target, over);
    return wanted.map((value, step) => {
      const divisor = whole[step] as number;
      if (divisor === 0 || Number.isNaN(value) || Number.isNaN(divisor)) return Number.NaN;
      return Number.isFinite(divisor) ? orInfinity(value / divisor) : divisor;
    });
  }

  /** Sum or maximum of the series that fit; those without a value at a step do not count, none at all is null. */
  #aggregate(
    planned: PlannedColumn,
    target: Target,
    selector: PlannedColumn['column']['where'],
  ): Float64Array {
    const { aggregate } = planned.column;
    const result = new Float64Array(this.#grid.steps).fill(Number.NaN);
    for (const series of target.series) {
      if (!isSelected(series.labels, selector)) continue;
      const values = this.#seriesValues(planned, series);
      for (let step = 0; step < values.length; step++) {
        const value = values[step] as number;
        if (Number.isNaN(value)) continue;
        const before = result[step] as number;
        if (Number.isNaN(before)) result[step] = value;
        else result[step] = aggregate === 'sum' ? orInfinity(before + value) : Math.max(before, value);
      }
    }
    return result;
  }

  #seriesValues({ column, metric, windowMs }: PlannedColumn, series: RawSeries): Float64Array {
    const freshnessMs = this.#freshnessMs;
    if (column.op === 'value') return gaugeValues(series, this.#grid, freshnessMs);
    const known = this.#rates.get(series)?.get(windowMs);
    if (known !== undefined) return known;
    const counted =
      metric.type === 'counter'
        ? {
            births: this.#beginnings.births(series, metric, windowMs),
            losses: this.#beginnings.losses(series, metric),
          }
        : {};
    const rates = rateValues(series, this.#grid, { freshnessMs, windowMs, ...counted });
    this.#rates.set(series, (this.#rates.get(series) ?? new Map()).set(windowMs, rates));
    return rates;
  }
}
