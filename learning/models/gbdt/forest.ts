/** All trees of an ensemble in a few arrays, for {@link forestProbabilities}. Different nodes that ask the same share one test. */
import type { Tree } from './tree.ts';

/** A column that trees look at. */
export interface Lane {
  readonly column: number;
  /** What stands there for a missing value: less than all that is there where such rows go left, else more. */
  readonly missing: number;
  /** Number of its first test, and that behind its last one. */
  readonly first: number;
  readonly end: number;
}

/** An ensemble of trees, as {@link forestOf} puts it together. */
export interface Forest {
  /** Scores of each class before the first tree that has a split; trees without one add the same to every row. */
  readonly base: Float64Array;
  readonly lanes: readonly Lane[];
  /** Of each test what a value is held against, lane after lane, ascending in each. */
  readonly thresholds: Float32Array;
  /** Of each tree its first node, and behind them where the last tree ends. */
  readonly starts: Int32Array;
  /** Of each tree the class that it adds to. */
  readonly targets: Int32Array;
  /** Of each node its test; {@link LEAF} has none. A left child follows its parent, a right one the left one's last descendant. */
  readonly tests: Int32Array;
  /** Of each node the first one behind it and all of its descendants. */
  readonly ends: Int32Array;
  /** What a leaf adds; see {@link stepOf}. */
  readonly values: Float64Array;
}

export const LEAF = -1;

/** The tests of an ensemble, each once. */
class Tests {
  readonly #lanes = new Map<string, { column: number; missing: number; tests: Map<number, number> }>();
  #count = 0;

  /** The number of a test in the order in which they are found. */
  number(column: number, isMissingLeft: boolean, threshold: number): number {
    const key = `${column} ${isMissingLeft}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      const missing = isMissingLeft ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      lane = { column, missing, tests: new Map() };
      this.#lanes.set(key, lane);
    }
    const known = lane.tests.get(threshold);
    if (known !== undefined) return known;
    lane.tests.set(threshold, this.#count);
    return this.#count++;
  }

  /** The lanes, their thresholds, and for each number the place of its threshold among them. */
  inOrder() {
    const thresholds = new Float32Array(this.#count);
    const places = new Int32Array(this.#count);
    let end = 0;
    const lanes = Array.from(this.#lanes.values(), ({ column, missing, tests }): Lane => {
      const first = end;
      for (const [threshold, number] of [...tests].sort(([a], [b]) => a - b)) {
        thresholds[end] = threshold;
        places[number] = end++;
      }
      return { column, missing, first, end };
    });
    return { lanes, thresholds, places };
  }
}

/** Nodes of many trees, each before its descendants. */
class Nodes {
  readonly #all = new Tests();
  readonly #tests: number[] = [];
  readonly #ends: number[] = [];
  readonly #values: number[] = [];

  get count(): number {
    return this.#tests.length;
  }

  add(tree: Tree): void {
    const opened: { readonly own: number; readonly place: number }[] = [{ own: 0, place: this.count }];
    // The stack is as deep as a tree that somebody else has made.
    for (let next = opened.pop(); next !== undefined; next = opened.pop()) {
      const { own, place } = next;
      if (own === CLOSED) {
        this.#ends[place] = this.count;
        continue;
      }
      const column = tree.columns[own] as number;
      const isLeaf = column < 0;
      const at = this.#tests.length;
      const threshold = tree.thresholds[own] as number;
      this.#tests.push(isLeaf ? LEAF : this.#all.number(column, tree.missingLeft[own] === 1, threshold));
      this.#ends.push(at + 1);
      this.#values.push(isLeaf ? (tree.values[own] as number) : 0);
      if (isLeaf) continue;
      opened.push(
        { own: CLOSED, place: at },
        { own: tree.right[own] as number, place: at },
        { own: tree.left[own] as number, place: at },
      );
    }
  }

  arrays(): Pick<Forest, 'lanes' | 'thresholds' | 'tests' | 'ends' | 'values'> {
    const { lanes, thresholds, places } = this.#all.inOrder();
    return {
      lanes,
      thresholds,
      tests: Int32Array.from(this.#tests, (test) => (test === LEAF ? LEAF : (places[test] as number))),
      ends: Int32Array.from(this.#ends),
      values: Float64Array.from(this.#values),
    };
  }
}

/** Stands for a node all of whose descendants are in place. */
const CLOSED = -1;

/**
 * What all values of an ensemble are multiples of: a power of 2, so large that no sum of them, nor of three times as many, is rounded, and
 * so small that it is nothing beside the rounding of probabilities. Thus the order in which trees are added up does not matter.
 *
 * @param most the largest sum of absolute values that a row can come to
 */
function stepOf(most: number): number {
  return 2 ** (Math.ceil(Math.log2(Math.max(1, most))) - 50);
}

/** The largest sum that a class can come to, whatever its sign. */
function mostOf(base: ArrayLike<number>, rounds: readonly (readonly Tree[])[]): number {
  const sums = Array.from(base, Math.abs);
  for (const round of rounds)
    round.forEach(({ values }, target) => {
      sums[target] =
        (sums[target] as number) + values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    });
  return Math.max(...sums);
}

/**
 * Puts an ensemble together.
 *
 * @param base scores before the first tree, by class
 * @param rounds `rounds[round][class]`
 */
export function forestOf(base: ArrayLike<number>, rounds: readonly (readonly Tree[])[]): Forest {
  const step = stepOf(mostOf(base, rounds));
  const inSteps = (value: number) => step * Math.round(value / step);
  const own = Float64Array.from(base, inSteps);
  const nodes = new Nodes();
  const starts: number[] = [];
  const targets: number[] = [];
  for (const round of rounds)
    round.forEach((tree, target) => {
      if (tree.columns.length === 1) {
        own[target] = (own[target] as number) + inSteps(tree.values[0] as number);
        return;
      }
      starts.push(nodes.count);
      targets.push(target);
      nodes.add(tree);
    });
  const { values, ...others } = nodes.arrays();
  return {
    base: own,
    starts: Int32Array.from([...starts, nodes.count]),
    targets: Int32Array.from(targets),
    values: values.map(inSteps),
    ...others,
  };
}
