import { formatDuration } from '../../common/duration.ts';
import { compare, groupBy } from '../collections.ts';
import type { SplitConfig } from '../config-schema.ts';
import type { Episode } from '../episodes.ts';
import type { EntityName } from '../model.ts';
import { partOf } from './hashing.ts';
import type { Splitter } from './model.ts';

type NodeSplit = Extract<SplitConfig, { by: 'node' }>;

/** For each node with episodes, the first by name of the nodes that it shares episodes with, directly or not. */
function representatives(episodes: readonly Episode[]): Map<string, string> {
  const found = new Map<string, string>(episodes.map(({ node }) => [node, node]));
  const rootOf = (node: string): string => {
    const path = [node];
    for (let next = found.get(node); next !== undefined && next !== path.at(-1); next = found.get(next))
      path.push(next);
    const root = path.at(-1) as string;
    for (const passed of path) found.set(passed, root);
    return root;
  };
  for (const [, own] of groupBy(episodes, ({ episode }) => episode)) {
    const roots = [...new Set(own.map(({ node }) => rootOf(node)))].sort(compare);
    for (const root of roots) found.set(root, roots[0] as string);
  }
  for (const node of found.keys()) rootOf(node);
  return found;
}

/**
 * Splits by the hash of the nodes' names. Nodes share no samples, so that there is no embargo; but nodes that were
 * in the same episode stay together, and fall by the first one's name.
 */
export function byNode({ fractions }: NodeSplit, episodes: readonly Episode[], seed: string): Splitter {
  const joined = representatives(episodes);
  const moved = [...joined].filter(([node, first]) => node !== first);
  // Episodes know no clusters; a name that took the cluster in would move a node when its first episode comes.
  const nameOf = ({ node }: EntityName) => joined.get(node) ?? node;
  return {
    description: { by: 'node', fractions, seed, embargo: formatDuration(0) },
    basis: () => moved,
    split: (rows) => {
      const part = partOf(seed, nameOf(rows), fractions);
      return { ...rows, splits: Array.from(rows.timesMs, () => part) };
    },
  };
}
