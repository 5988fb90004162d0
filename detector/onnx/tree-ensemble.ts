import type { Gbdt } from '../../learning/models/gbdt/train.ts';
import type { Tree } from '../../learning/models/gbdt/tree.ts';
import type { Graph } from './model.ts';
import { FEATURES, PROBABILITIES } from './names.ts';

const TREES = 'TreeEnsembleRegressor';
export const BRANCH = 'BRANCH_LEQ';
export const LEAF = 'LEAF';

/** A boosted ensemble: sums of trees by class, then a softmax. */
export function treeEnsemble({ base, rounds }: Gbdt, features: number): Graph {
  const classes = base.length;
  const trees: { readonly tree: Tree; readonly target: number }[] = rounds.flatMap((round) =>
    round.map((tree, target) => ({ tree, target })),
  );
  const perNode = <T>(of: (tree: Tree, node: number, number: number) => T): T[] =>
    trees.flatMap(({ tree }, number) => Array.from(tree.columns, (_, node) => of(tree, node, number)));
  const isLeaf = (tree: Tree, node: number) => (tree.columns[node] as number) < 0;
  const leaves = trees.flatMap(({ tree, target }, number) =>
    Array.from(tree.columns, (_, node) => ({ tree, target, number, node })).filter(({ node }) =>
      isLeaf(tree, node),
    ),
  );
  return {
    name: 'gbdt',
    nodes: [
      {
        operator: TREES,
        isMl: true,
        inputs: [FEATURES],
        outputs: ['scores'],
        attributes: {
          n_targets: { integer: classes },
          base_values: { floats: base },
          nodes_treeids: { integers: perNode((_, __, number) => number) },
          nodes_nodeids: { integers: perNode((_, node) => node) },
          nodes_modes: { texts: perNode((tree, node) => (isLeaf(tree, node) ? LEAF : BRANCH)) },
          nodes_featureids: { integers: perNode((tree, node) => Math.max(0, tree.columns[node] as number)) },
          nodes_values: { floats: perNode((tree, node) => tree.thresholds[node] as number) },
          nodes_missing_value_tracks_true: {
            integers: perNode((tree, node) => tree.missingLeft[node] as number),
          },
          nodes_truenodeids: { integers: perNode((tree, node) => tree.left[node] as number) },
          nodes_falsenodeids: { integers: perNode((tree, node) => tree.right[node] as number) },
          target_treeids: { integers: leaves.map(({ number }) => number) },
          target_nodeids: { integers: leaves.map(({ node }) => node) },
          target_ids: { integers: leaves.map(({ target }) => target) },
          target_weights: { floats: leaves.map(({ tree, node }) => tree.values[node] as number) },
        },
      },
      {
        operator: 'Softmax',
        inputs: ['scores'],
        outputs: [PROBABILITIES],
        attributes: { axis: { integer: 1 } },
      },
    ],
    constants: [],
    input: { name: FEATURES, shape: [features] },
    output: { name: PROBABILITIES, shape: [classes] },
  };
}
