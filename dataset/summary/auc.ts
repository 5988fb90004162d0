/** How well one column alone tells attack rows from the others: what leaks the label shows here. */
import { hash } from 'node:crypto';
import { entitiesOf, type NamedEntity } from '../model/entity.ts';
import { numbers, type Table, timesOf } from '../model/table.ts';

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

  /** Takes the rows from `from` to before `to`, except nulls. */
  add(keys: Float64Array, values: Float64Array, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const value = values[row] as number;
      if (Number.isNaN(value)) continue;
      this.count++;
      const key = keys[row] as number;
      if (key >= this.#limit) continue;
      this.#keys.push(key);
      this.#values.push(value);
      while (this.#values.length > this.#most && this.#limit > 1) this.#halve();
    }
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

/** What a row counts as; null for nothing. */
export type ClassOf = (row: number) => string | null;

const ATTACK = 'attack';
const OTHER = 'other';

/** Classes by `anomaly`, of the rows that count. */
export function byAnomaly(table: Table, counts: (row: number) => boolean): ClassOf {
  const anomaly = numbers(table, 'anomaly');
  return (row) => {
    const value = anomaly[row] as number;
    if (Number.isNaN(value) || !counts(row)) return null;
    return value === 1 ? ATTACK : OTHER;
  };
}

function entityKey({ cluster, node, namespace, pod }: NamedEntity): number {
  const names = [cluster ?? '', node, ...(pod === undefined ? [] : [namespace ?? '', pod])];
  return hash('sha256', names.join('\0'), 'buffer').readUInt32LE(0);
}

/** A number in [0, 2^32) per row, from what the row is about and its time. */
export function rowKeys(table: Table): Float64Array {
  let last: NamedEntity | undefined;
  let key = 0;
  const entities = entitiesOf(table);
  return timesOf(table).map((t, row) => {
    const entity = entities[row] as NamedEntity;
    if (entity !== last) key = entityKey(entity);
    last = entity;
    return mixed(mixed(Math.floor(t / KEYS) ^ key) ^ (t % KEYS));
  });
}

/** Rows of one class that follow each other. */
interface Run {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function runsOf(classes: readonly (string | null)[]): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < classes.length; ) {
    const name = classes[from] ?? null;
    let to = from + 1;
    while (to < classes.length && classes[to] === name) to++;
    if (name !== null) runs.push({ name, from, to });
    from = to;
  }
  return runs;
}

/** Gathers, as rows pass, what the area of every feature is computed from. */
export class Separations {
  /** By feature and class. */
  readonly #columns = new Map<string, Map<string, Sample>>();
  readonly #keptPerClass: number;

  constructor(keptPerClass = KEPT_PER_CLASS) {
    this.#keptPerClass = keptPerClass;
  }

  /** @param keys of the rows, as `rowKeys` gives them; nulls of a feature never count */
  add(table: Table, keys: Float64Array, classOf: ClassOf): void {
    const classes = Array.from({ length: table.rows }, (_, row) => classOf(row));
    const runs = runsOf(classes);
    for (const column of table.columns) {
      if (column.type !== 'double') continue;
      const samples = this.#columns.get(column.name) ?? new Map<string, Sample>();
      this.#columns.set(column.name, samples);
      for (const { name, from, to } of runs) this.#sampleOf(samples, name).add(keys, column.values, from, to);
    }
  }

  #sampleOf(samples: Map<string, Sample>, name: string): Sample {
    const sample = samples.get(name) ?? new Sample(this.#keptPerClass);
    samples.set(name, sample);
    return sample;
  }

  /** By feature, in the order of the columns: rows of one class against those of another. */
  between(positive: string, negative: string): Map<string, Separation> {
    const none = new Sample(0);
    return new Map(
      [...this.#columns].map(([name, samples]) => {
        const high = samples.get(positive) ?? none;
        const low = samples.get(negative) ?? none;
        const auc = areaUnderCurve(high.values(), low.values());
        return [name, { auc, positives: high.count, negatives: low.count }];
      }),
    );
  }

  /** Attacks against the rest, of classes by `anomaly`. */
  result(): Map<string, Separation> {
    return this.between(ATTACK, OTHER);
  }
}

/** The features that separate suspiciously well. */
export function leakingColumns(separations: ReadonlyMap<string, Separation>): string[] {
  return [...separations].flatMap(([name, { auc }]) =>
    auc !== null && folded(auc) > LEAKING_AUC ? name : [],
  );
}
