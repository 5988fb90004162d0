/** Grows one tree on derivatives: the leaf whose split is worth most is split next. */
import { type Bounds, HIGHEST, MISSING } from './bins.ts';
import { addUp, type Derivatives, type HistogramPool, subtract } from './histogram.ts';
import { bestSplit, type Split, type SplitRules, type Totals } from './split.ts';
import type { Tree } from './tree.ts';

export interface GrowRules extends SplitRules {
  readonly maxLeaves: number;
  readonly shrinkage: number;
}

/** Rows of a training set as bins. */
export interface BinnedRows {
  readonly rows: number;
  readonly bins: Uint8Array;
  readonly bounds: readonly Bounds[];
}

interface Leaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly total: Totals;
  readonly histogram: Float64Array;
  readonly split: Split | undefined;
}

interface Growing {
  readonly columns: number[];
  readonly thresholds: number[];
  readonly missingLeft: number[];
  readonly left: number[];
  readonly right: number[];
  readonly values: number[];
}

export interface Workspace {
  readonly pool: HistogramPool;
  readonly gathered: Derivatives;
  /** As long as the rows: where those that go right wait. */
  readonly scratch: Int32Array;
}

/** Puts rows that go left before those that go right, each in their order; where the right ones begin. */
function partition(
  { bins, rows }: BinnedRows,
  order: Int32Array,
  { start, end }: Leaf,
  { column, bin, missingLeft }: Split,
  scratch: Int32Array,
): number {
  const base = column * rows;
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = order[i] as number;
    const own = bins[base + row] as number;
    if (own === MISSING ? missingLeft : own <= bin) order[left++] = row;
    else scratch[right++] = row;
  }
  order.set(scratch.subarray(0, right), left);
  return left;
}

/** Values are kept as float32, so that every runtime has the same. */
function leafValue({ gradient, hessian }: Totals, { l2, shrinkage }: GrowRules): number {
  return Math.fround((-shrinkage * gradient) / (hessian + l2));
}

function totalOf(order: Int32Array, { gradients, hessians }: Derivatives): Totals {
  let gradient = 0;
  let hessian = 0;
  for (const row of order) {
    gradient += gradients[row] as number;
    hessian += hessians[row] as number;
  }
  return { gradient, hessian };
}

/**
 * One tree.
 *
 * @param order the rows that count, by number; changed
 * @param used the columns that count
 */
export function growTree(
  data: BinnedRows,
  derivatives: Derivatives,
  order: Int32Array,
  used: readonly number[],
  rules: GrowRules,
  { pool, gathered, scratch }: Workspace,
): Tree {
  const binCounts = data.bounds.map((bounds) => bounds.length + 1);
  const tree: Growing = { columns: [], thresholds: [], missingLeft: [], left: [], right: [], values: [] };
  const addLeaf = (total: Totals): number => {
    tree.columns.push(-1);
    tree.thresholds.push(0);
    tree.missingLeft.push(0);
    tree.left.push(0);
    tree.right.push(0);
    return tree.values.push(leafValue(total, rules)) - 1;
  };
  const leafOf = (
    node: number,
    start: number,
    end: number,
    total: Totals,
    histogram: Float64Array,
  ): Leaf => ({
    node,
    start,
    end,
    total,
    histogram,
    split: bestSplit(histogram, used, binCounts, total, rules),
  });
  const sumsOf = (start: number, end: number): Float64Array => {
    const histogram = pool.take();
    addUp(histogram, data.bins, data.rows, order.subarray(start, end), used, derivatives, gathered);
    return histogram;
  };

  const total = totalOf(order, derivatives);
  const leaves: Leaf[] = [leafOf(addLeaf(total), 0, order.length, total, sumsOf(0, order.length))];
  while (leaves.length < rules.maxLeaves) {
    const best = leaves.reduce((a, b) => ((b.split?.gain ?? 0) > (a.split?.gain ?? 0) ? b : a));
    const { split, node, start, end, histogram } = best;
    if (split === undefined) break;
    leaves.splice(leaves.indexOf(best), 1);
    const middle = partition(data, order, best, split, scratch);
    // The smaller child is added up, the larger one is what is left.
    const isLeftSmaller = middle - start <= end - middle;
    const smaller = isLeftSmaller ? sumsOf(start, middle) : sumsOf(middle, end);
    subtract(histogram, smaller, used);
    const left = addLeaf(split.left);
    const right = addLeaf(split.right);
    tree.columns[node] = split.column;
    tree.thresholds[node] = data.bounds[split.column]?.[split.bin - 1] ?? HIGHEST;
    tree.missingLeft[node] = split.missingLeft ? 1 : 0;
    tree.left[node] = left;
    tree.right[node] = right;
    tree.values[node] = 0;
    leaves.push(
      leafOf(left, start, middle, split.left, isLeftSmaller ? smaller : histogram),
      leafOf(right, middle, end, split.right, isLeftSmaller ? histogram : smaller),
    );
  }
  for (const { histogram } of leaves) pool.give(histogram);
  return {
    columns: Int32Array.from(tree.columns),
    thresholds: Float32Array.from(tree.thresholds),
    missingLeft: Uint8Array.from(tree.missingLeft),
    left: Int32Array.from(tree.left),
    right: Int32Array.from(tree.right),
    values: Float32Array.from(tree.values),
  };
}
