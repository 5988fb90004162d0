/** One tree: nodes by number, 0 the root. Rows with `value ≤ threshold` go left; missing ones where `missingLeft` says. */
export interface Tree {
  /** Column that an inner node looks at; -1 in a leaf. */
  readonly columns: Int32Array;
  readonly thresholds: Float32Array;
  readonly missingLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** What a leaf adds to the score. */
  readonly values: Float32Array;
}

/** What a tree adds for a row of a matrix. */
export function treeValue(tree: Tree, values: Float32Array, from: number): number {
  let node = 0;
  for (let column = tree.columns[0] as number; column >= 0; column = tree.columns[node] as number) {
    const value = values[from + column] as number;
    const isLeft = Number.isNaN(value)
      ? tree.missingLeft[node] === 1
      : value <= (tree.thresholds[node] as number);
    node = (isLeft ? tree.left[node] : tree.right[node]) as number;
  }
  return tree.values[node] as number;
}
