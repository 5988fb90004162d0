/** How well one column alone tells attack rows from the others: what leaks the label shows here. */
import { hash } from 'node:crypto';
import { type Table, timesOf } from './table.ts';

/**
 * Rows of each class that are kept per column: up to so many the area is exact; beyond, it is that of a sample, whose
 * standard error is below 0.003.
 */
const KEPT_PER_CLASS = 32_768;

/** A column that alone separates this well is more likely a leak of the label than a discovery. */
export const LEAKING_AUC = 0.99;

/** The area with how many rows it rests on. */
export interface Separation {
  /** P(attack > normal) + ½ P(attack = normal); 0.5 is chance, below it attacks are lower. Null without both classes. */
  readonly auc: number | null;
  readonly positives: number;
  readonly negatives: number;
}

/** The area folded so that it does not matter which way the column moves: 0.5 is chance, 1 is perfect. */
export function folded(auc: number): number {
  return Math.max(auc, 1 - auc);
}

/**
 * Area under the ROC curve of a single score, by the Mann–Whitney statistic with ties counted half; in O(n log n).
 *
 * @returns null when a class is empty
 */
export function areaUnderCurve(positives: Float64Array, negatives: Float64Array): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const high = positives.slice().sort();
  const low = negatives.slice().sort();
  let below = 0;
  let upTo = 0;
  let wins = 0;
  for (const value of high) {
    while (below < low.length && (low[below] as number) < value) below++;
    upTo = Math.max(upTo, below);
    while (upTo < low.length && (low[upTo] as number) <= value) upTo++;
    wins += below + (upTo - below) / 2;
  }
  return wins / (high.length * low.length);
}

/** Row keys lie in [0, 2^32). */
const KEYS = 2 ** 32;
const ENTITY_COLUMNS: readonly string[] = ['cluster', 'node', 'namespace', 'pod'];

/** Mixes the bits of a 32-bit number so that neighbours land far apart (MurmurHash3's finaliser). */
function mixed(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The values of one class with the smallest row keys, at most so many of them. Which ones are kept follows from
 * the rows alone, so that neither their order nor their spread over files matters.
 */
class Sample {
  #keys: number[] = [];
  #values: number[] = [];
  #limit = KEYS;
  readonly #most: number;
  count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(key: number, value: number): void {
    this.count++;
    if (key >= this.#limit) return;
    this.#keys.push(key);
    this.#values.push(value);
    while (this.#values.length > this.#most && this.#limit > 1) this.#halve();
  }

  #halve(): void {
    this.#limit /= 2;
    const kept = (_: number, i: number) => (this.#keys[i] as number) < this.#limit;
    this.#values = this.#values.filter(kept);
    this.#keys = this.#keys.filter(kept);
  }

  values(): Float64Array {
    return Float64Array.from(this.#values);
  }
}

/** Gathers, as rows pass, what the area of every feature is computed from. */
export class Separations {
  readonly #columns = new Map<string, { positive: Sample; negative: Sample }>();
  readonly #entityKeys = new Map<string, number>();
  readonly #keptPerClass: number;

  constructor(keptPerClass = KEPT_PER_CLASS) {
    this.#keptPerClass = keptPerClass;
  }

  /** @param counts which rows to count; rows without `anomaly`, and nulls of a feature, never do */
  add(table: Table, counts: (row: number) => boolean): void {
    const anomaly = table.columns.find(({ name }) => name === 'anomaly');
    if (anomaly?.type !== 'int32') throw new RangeError('no column anomaly');
    const judged = anomaly.values.flatMap((value, row) => (value !== null && counts(row) ? row : []));
    if (judged.length === 0) {
      for (const { name, type } of table.columns) if (type === 'double') this.#samplesOf(name);
      return;
    }
    const keys = this.#rowKeys(table);
    for (const column of table.columns) {
      if (column.type !== 'double') continue;
      const { positive, negative } = this.#samplesOf(column.name);
      for (const row of judged) {
        const value = column.values[row] as number;
        if (Number.isNaN(value)) continue;
        (anomaly.values[row] === 1 ? positive : negative).add(keys[row] as number, value);
      }
    }
  }

  #samplesOf(name: string) {
    const known = this.#columns.get(name) ?? {
      positive: new Sample(this.#keptPerClass),
      negative: new Sample(this.#keptPerClass),
    };
    this.#columns.set(name, known);
    return known;
  }

  /** A number in [0, 2^32) per row, from what the row is about and its time. */
  #rowKeys(table: Table): Float64Array {
    const names = table.columns.filter(({ name }) => ENTITY_COLUMNS.includes(name));
    return timesOf(table).map((t, row) => {
      const entity = this.#entityKey(names.map(({ values }) => values[row] ?? '').join('\0'));
      return mixed(mixed(Math.floor(t / KEYS) ^ entity) ^ (t % KEYS));
    });
  }

  #entityKey(name: string): number {
    const known = this.#entityKeys.get(name) ?? hash('sha256', name, 'buffer').readUInt32LE(0);
    this.#entityKeys.set(name, known);
    return known;
  }

  /** By feature, in the order of the columns. */
  result(): Map<string, Separation> {
    return new Map(
      [...this.#columns].map(([name, { positive, negative }]) => [
        name,
        {
          auc: areaUnderCurve(positive.values(), negative.values()),
          positives: positive.count,
          negatives: negative.count,
        },
      ]),
    );
  }
}

/** The features that separate suspiciously well. */
export function leakingColumns(separations: ReadonlyMap<string, Separation>): string[] {
  return [...separations].flatMap(([name, { auc }]) =>
    auc !== null && folded(auc) > LEAKING_AUC ? name : [],
  );
}
