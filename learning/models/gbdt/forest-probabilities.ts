/**
 * Scores thousands of rows by an ensemble of trees, 32 at once: each test is done for all of them together and comes to a bit a row, and
 * whole sets of rows then go down each tree, a set being a number. Where rows are alike, as most rows of a fleet are, few nodes are seen.
 *
 * @see Lucchese et al., QuickScorer: a Fast Algorithm to Rank Documents with Additive Ensembles of Regression Trees, SIGIR 2015, for trees
 * by bits; here the bits are rows, not leaves
 */
import type { Matrix } from '../../base/matrix.ts';
import { softmax } from '../softmax.ts';
import { type Forest, type Lane, LEAF } from './forest.ts';

/** As many rows as a number has bits in JavaScript. */
const BLOCK = 32;
const ALL = -1;

/** The values of a block in one lane; gives the lowest and the highest. */
function layOut(
  { column, missing }: Lane,
  { columns, values }: Matrix,
  from: number,
  rows: number,
  lane: Float32Array,
): readonly [number, number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0, at = from * columns + column; row < rows; row++, at += columns) {
    let value = values[at] as number;
    if (Number.isNaN(value)) value = missing;
    lane[row] = value;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  return [lowest, highest];
}

/** Does some tests of a lane for all rows of a block, eight at once, as so many values have room in the CPU's registers. */
function compare(
  lane: Float32Array,
  thresholds: Float32Array,
  from: number,
  to: number,
  above: Int32Array,
): void {
  for (let row = 0; row < BLOCK; row += 8) {
    const a = lane[row] as number;
    const b = lane[row + 1] as number;
    const c = lane[row + 2] as number;
    const d = lane[row + 3] as number;
    const e = lane[row + 4] as number;
    const f = lane[row + 5] as number;
    const g = lane[row + 6] as number;
    const h = lane[row + 7] as number;
    for (let test = from; test < to; test++) {
      const than = thresholds[test] as number;
      const low = +(a > than) | (+(b > than) << 1) | (+(c > than) << 2) | (+(d > than) << 3);
      const high = +(e > than) | (+(f > than) << 1) | (+(g > than) << 2) | (+(h > than) << 3);
      above[test] = (above[test] as number) | ((low | (high << 4)) << row);
    }
  }
}

/** For each test the rows of a block whose value is above the threshold: they go right. */
function testRows(
  { lanes, thresholds }: Forest,
  inputs: Matrix,
  from: number,
  rows: number,
  lane: Float32Array,
  above: Int32Array,
): void {
  for (let i = 0; i < lanes.length; i++) {
    const own = lanes[i] as Lane;
    const [lowest, highest] = layOut(own, inputs, from, rows, lane);
    // Most thresholds lie beside all values of a block, and are done with them.
    let first = own.first;
    for (; first < own.end && (thresholds[first] as number) < lowest; first++) above[first] = ALL;
    let end = first;
    for (; end < own.end && (thresholds[end] as number) < highest; end++) above[end] = 0;
    if (first < end) compare(lane, thresholds, first, end, above);
    for (; end < own.end; end++) above[end] = 0;
  }
}

/** How many rows are in a set. */
function size(set: number): number {
  const twos = set - ((set >>> 1) & 0x55555555);
  const fours = (twos & 0x33333333) + ((twos >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Adds a value to the sums of a set of rows. */
function addToRows(sums: Float64Array, to: number, set: number, value: number): void {
  for (let left = set; left !== 0; left &= left - 1) {
    const at = to + 31 - Math.clz32(left & -left);
    sums[at] = (sums[at] as number) + value;
  }
}

/** Adds the values of all trees to the sums of a block, class after class: to those of all rows what most of them get, and the rest to others'. */
function addTrees(
  { starts, targets, tests, ends, values }: Forest,
  above: Int32Array,
  all: number,
  waiting: Int32Array,
  common: Float64Array,
  sums: Float64Array,
): void {
  for (let tree = 0; tree < targets.length; tree++) {
    const target = targets[tree] as number;
    const end = starts[tree + 1] as number;
    let set = all;
    /** Rows that have gone right wait until what has gone left is done; behind the last of them nothing does. */
    let depth = 1;
    for (let node = starts[tree] as number; node < end; ) {
      const test = tests[node] as number;
      if (set !== 0 && test !== LEAF) {
        const right = set & (above[test] as number);
        waiting[depth++] = right;
        set ^= right;
        node++;
        continue;
      }
      if (set !== 0) {
        const value = values[node] as number;
        if (size(set) > BLOCK / 2) {
          common[target] = (common[target] as number) + value;
          addToRows(sums, target * BLOCK, all ^ set, -value);
        } else addToRows(sums, target * BLOCK, set, value);
      }
      node = ends[node] as number;
      depth--;
      set = waiting[depth] as number;
    }
  }
}

/** Probabilities of each class for each row, the same whatever rows come together: the forest's values are such that no sum is rounded. */
export function forestProbabilities(forest: Forest, inputs: Matrix): Matrix {
  const { base, thresholds, tests } = forest;
  const classes = base.length;
  const result = new Float32Array(inputs.rows * classes);
  const lane = new Float32Array(BLOCK);
  const above = new Int32Array(thresholds.length);
  const waiting = new Int32Array(tests.length + 1);
  const common = new Float64Array(classes);
  const sums = new Float64Array(classes * BLOCK);
  const scores = new Float64Array(classes);
  for (let from = 0; from < inputs.rows; from += BLOCK) {
    const rows = Math.min(BLOCK, inputs.rows - from);
    testRows(forest, inputs, from, rows, lane, above);
    common.set(base);
    sums.fill(0);
    addTrees(forest, above, rows === BLOCK ? ALL : (1 << rows) - 1, waiting, common, sums);
    for (let row = 0; row < rows; row++) {
      for (let to = 0; to < classes; to++)
        scores[to] = (common[to] as number) + (sums[to * BLOCK + row] as number);
      softmax(scores);
      result.set(scores, (from + row) * classes);
    }
  }
  return { rows: inputs.rows, columns: classes, values: result };
}
