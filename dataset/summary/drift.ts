/** Which features follow the time that has passed: a model that sees them tells train from test, or early attacks from late ones, by the clock. */
import { entitiesOf, entityKey } from '../model/entity.ts';
import { type Table, textColumn, timesOf } from '../model/table.ts';

/** From here on time explains more than two thirds of a feature's variance. */
export const DRIFTING = 0.85;
/** Of fewer rows a correlation tells nothing. */
const LEAST_ROWS = 30;

/** Sums of one node's or pod's values over time, about their means (Welford; Chan, Golub and LeVeque, 1983). */
interface Sums {
  rows: number;
  meanTime: number;
  meanValue: number;
  times: number;
  values: number;
  both: number;
}

/** How a feature goes with time. */
export interface Drift {
  /** Pearson's correlation within nodes or pods, −1 to 1; null of too few rows, or of values that do not change. */
  readonly correlation: number | null;
  readonly rows: number;
}

/** Rows in which nothing is told to go on or to have been. */
export function normalRows(table: Table): Uint8Array {
  const phase = textColumn(table, 'phase');
  const episode = textColumn(table, 'episode');
  const isNormal = phase.texts.map((text) => text === 'normal');
  const isAlone = episode.texts.map((text) => text === null);
  const counts = new Uint8Array(table.rows);
  for (let row = 0; row < table.rows; row++)
    if (isNormal[phase.codes[row] as number] && isAlone[episode.codes[row] as number]) counts[row] = 1;
  return counts;
}

function take(sums: Sums, time: number, value: number): void {
  sums.rows++;
  const offTime = time - sums.meanTime;
  const offValue = value - sums.meanValue;
  sums.meanTime += offTime / sums.rows;
  sums.meanValue += offValue / sums.rows;
  sums.times += offTime * (time - sums.meanTime);
  sums.values += offValue * (value - sums.meanValue);
  sums.both += offTime * (value - sums.meanValue);
}

/** What is left of values that differ in their last digits alone. */
const ROUNDING = 1e-18;

function driftOf(all: Iterable<Sums>): Drift {
  let [rows, times, values, both, size] = [0, 0, 0, 0, 0];
  for (const sums of all) {
    rows += sums.rows;
    times += sums.times;
    values += sums.values;
    both += sums.both;
    size += sums.rows * sums.meanValue ** 2;
  }
  const isStill = times === 0 || values <= ROUNDING * size;
  const correlation = both / Math.sqrt(times * values);
  return {
    correlation: rows < LEAST_ROWS || isStill || !Number.isFinite(correlation) ? null : correlation,
    rows,
  };
}

/** Gathers, as rows pass, how features go with time in normal rows. Memory depends on nodes and features, not on rows. */
export class Drifts {
  readonly #columns = new Map<string, Map<string, Sums>>();
  #startMs = Number.NaN;

  add(table: Table): void {
    const counts = normalRows(table);
    const times = timesOf(table);
    if (Number.isNaN(this.#startMs)) this.#startMs = times[0] ?? Number.NaN;
    const entities = entitiesOf(table);
    const keys = entities.map((entity, row) => (entity === entities[row - 1] ? '' : entityKey(entity)));
    for (const { name, type, values } of table.columns.filter((column) => column.type !== 'string')) {
      if (type !== 'double') continue;
      const own = this.#columns.get(name) ?? new Map<string, Sums>();
      this.#columns.set(name, own);
      let sums: Sums | undefined;
      for (let row = 0; row < table.rows; row++) {
        if (keys[row] !== '' || sums === undefined) sums = this.#sumsOf(own, keys[row] as string);
        const value = values[row] as number;
        if (counts[row] === 1 && !Number.isNaN(value))
          take(sums, (times[row] as number) - this.#startMs, value);
      }
    }
  }

  #sumsOf(own: Map<string, Sums>, key: string): Sums {
    const sums = own.get(key) ?? { rows: 0, meanTime: 0, meanValue: 0, times: 0, values: 0, both: 0 };
    own.set(key, sums);
    return sums;
  }

  /** By feature, in the order of the columns. */
  result(): Map<string, Drift> {
    return new Map([...this.#columns].map(([name, own]) => [name, driftOf(own.values())]));
  }
}

/** The features that follow time. */
export function driftingColumns(drifts: ReadonlyMap<string, Drift>): string[] {
  return [...drifts].flatMap(([name, { correlation }]) =>
    correlation !== null && Math.abs(correlation) >= DRIFTING ? name : [],
  );
}
