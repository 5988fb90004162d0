/** Reads an ensemble of trees back from its ONNX. */
import type { Gbdt } from '../../learning/models/gbdt/train.ts';
import type { Tree } from '../../learning/models/gbdt/tree.ts';
import { checked, checkWritten, type ReadGraph } from './read-graph.ts';
import { BRANCH, LEAF, treeEnsemble } from './tree-ensemble.ts';

/** Where each tree begins among the nodes, and where the last one ends. */
function beginnings(trees: readonly number[], nodes: readonly number[]): number[] {
  const starts = trees.flatMap((tree, i) => (tree === trees[i - 1] ? [] : [i]));
  const inOrder = trees.every((tree, i) => tree === (trees[i - 1] ?? 0) || tree === (trees[i - 1] ?? -1) + 1);
  checked(inOrder && (trees[0] ?? 0) === 0, 'its trees are not in order');
  starts.forEach((start, tree) => {
    const end = starts[tree + 1] ?? trees.length;
    for (let i = start; i < end; i++) checked(nodes[i] === i - start, 'its nodes are not in order');
  });
  return [...starts, trees.length];
}

/**
 * Reads the ensemble.
 *
 * @param features how many go in
 * @throws {Error} for a graph that is something else, or trees that lead nowhere
 */
export function readTrees(graph: ReadGraph, features: number): Gbdt {
  const [ensemble] = graph.nodes;
  checked(ensemble !== undefined, 'it has no trees');
  const { integer, integers, floats, texts } = ensemble;
  const numbers = (name: string) => integers.get(name) ?? [];
  const [trees, ids, columns, left, right, missing] = [
    'treeids',
    'nodeids',
    'featureids',
    'truenodeids',
    'falsenodeids',
    'missing_value_tracks_true',
  ].map((name) => numbers(`nodes_${name}`)) as [number[], number[], number[], number[], number[], number[]];
  const modes = texts.get('nodes_modes') ?? [];
  const thresholds = floats.get('nodes_values') ?? new Float32Array();
  const base = floats.get('base_values') ?? new Float32Array();
  const weights = floats.get('target_weights') ?? new Float32Array();
  const [targets, leafTrees, leafNodes] = ['ids', 'treeids', 'nodeids'].map((name) =>
    numbers(`target_${name}`),
  ) as [number[], number[], number[]];
  const lists = [ids, columns, left, right, missing, modes, thresholds];
  checked(
    lists.every(({ length }) => length === trees.length),
    'its lists are not of one length',
  );
  checked(base.length === integer.get('n_targets') && base.length > 0, 'it has no base');
  const areNumbers = [base, weights].every((list) => list.every(Number.isFinite));
  checked(areNumbers && !thresholds.some(Number.isNaN), 'it has values that are no numbers');
  const starts = beginnings(trees, ids);
  const rounds: Tree[] = [];
  let leaf = 0;
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const [start, end] = [starts[tree] as number, starts[tree + 1] as number];
    const values = new Float32Array(end - start);
    const own = Int32Array.from({ length: end - start }, (_, node) => {
      const at = start + node;
      if (modes[at] === LEAF) {
        const isHere = leafTrees[leaf] === tree && leafNodes[leaf] === node;
        checked(isHere && targets[leaf] === tree % base.length, 'its leaves are not in order');
        values[node] = weights[leaf++] as number;
        return -1;
      }
      const isInside = [left[at], right[at]].every((to = 0) => to > node && to < end - start);
      checked(modes[at] === BRANCH && isInside, 'a branch leads nowhere');
      checked((columns[at] as number) < features, 'it looks at features that there are not');
      return columns[at] as number;
    });
    rounds.push({
      columns: own,
      thresholds: thresholds.slice(start, end),
      missingLeft: Uint8Array.from(missing.slice(start, end)),
      left: Int32Array.from(left.slice(start, end)),
      right: Int32Array.from(right.slice(start, end)),
      values,
    });
  }
  checked(leaf === weights.length && rounds.length % base.length === 0, 'it has leaves of no tree');
  const byRound = Array.from({ length: rounds.length / base.length }, (_, round) =>
    rounds.slice(round * base.length, (round + 1) * base.length),
  );
  const gbdt = { base, rounds: byRound };
  checkWritten(graph, treeEnsemble(gbdt, features));
  return gbdt;
}
