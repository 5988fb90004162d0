/** How soon a row is alone when random columns are cut at random places: unusual rows soon are. A baseline. */
import { randomFrom } from '../../common/random.ts';
import type { Matrix } from '../../learning/base/matrix.ts';

const TREES = 100;
/** Rows that a tree is grown from, as the authors have it. */
const SAMPLE = 256;

interface Split {
  readonly column: number;
  readonly at: number;
  readonly below: Node;
  readonly above: Node;
}
/** A leaf with so many rows of the sample, or a cut. */
type Node = number | Split;

export interface IsolationForest {
  readonly trees: readonly Node[];
  readonly sample: number;
}

/** A value that is not known lies where it usually does: residuals are distances from there. */
const residual = ({ values, columns }: Matrix, row: number, column: number) =>
  values[row * columns + column] || 0;

const EULER = 0.5772156649;
/** Mean depth of a search that fails in a binary tree of so many. */
function meanDepth(rows: number): number {
  if (rows < 2) return 0;
  return rows === 2 ? 1 : 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}

function grow(inputs: Matrix, rows: readonly number[], depth: number, random: () => number): Node {
  if (depth === 0 || rows.length < 2) return rows.length;
  const column = Math.floor(random() * inputs.columns);
  const own = rows.map((row) => residual(inputs, row, column));
  const low = Math.min(...own);
  const high = Math.max(...own);
  // A column that does not tell these rows apart is tried in vain: the depth is spent.
  if (low === high) return grow(inputs, rows, depth - 1, random);
  const at = low + random() * (high - low);
  const [below, above] = [true, false].map((isBelow) =>
    rows.filter((_, i) => (own[i] as number) < at === isBelow),
  ) as [number[], number[]];
  return {
    column,
    at,
    below: grow(inputs, below, depth - 1, random),
    above: grow(inputs, above, depth - 1, random),
  };
}

/**
 * Grows a forest from rows, of which there is at least one; the same seed gives the same.
 *
 * @see F. T. Liu, K. M. Ting, Z.-H. Zhou, Isolation Forest, ICDM 2008
 */
export function growIsolationForest(inputs: Matrix, seed: number): IsolationForest {
  const random = randomFrom(seed);
  const sample = Math.min(SAMPLE, inputs.rows);
  const depth = Math.ceil(Math.log2(Math.max(2, sample)));
  const trees = Array.from({ length: TREES }, () => {
    const rows = Array.from({ length: sample }, () => Math.floor(random() * inputs.rows));
    return grow(inputs, rows, depth, random);
  });
  return { trees, sample };
}

function depthOf(tree: Node, inputs: Matrix, row: number): number {
  if (typeof tree === 'number') return meanDepth(tree);
  const isBelow = residual(inputs, row, tree.column) < tree.at;
  return 1 + depthOf(isBelow ? tree.below : tree.above, inputs, row);
}

/** For each row a score in (0, 1]; 0.5 is as usual as the average. */
export function isolationScores({ trees, sample }: IsolationForest, inputs: Matrix): Float32Array {
  const usual = Math.max(meanDepth(sample), Number.MIN_VALUE);
  return Float32Array.from({ length: inputs.rows }, (_, row) => {
    const mean = trees.reduce<number>((sum, tree) => sum + depthOf(tree, inputs, row), 0) / trees.length;
    return 2 ** (-mean / usual);
  });
}
