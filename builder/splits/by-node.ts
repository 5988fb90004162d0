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
  for (const [, own] of groupBy(episodes, ({ episode }) => episode)) {
    const joined = new Set(own.map(({ node }) => found.get(node)));
    const first = [...joined].map(String).sort(compare)[0] ?? '';
    for (const [node, representative] of found) if (joined.has(representative)) found.set(node, first);
  }
  return found;
}

/**
 * Splits by the hash of the nodes' names. Nodes share no samples, so that there is no embargo; but nodes that were
 * in the same episode stay together, and fall by the first one's name.
 */
export function byNode({ fractions }: NodeSplit, episodes: readonly Episode[], seed: string): Splitter {
  const joined = representatives(episodes);
  // Episodes know no clusters; a name that took the cluster in would move a node when its first episode comes.
  const nameOf = ({ node }: EntityName) => joined.get(node) ?? node;
  return {
    description: { by: 'node', fractions, seed, embargo: formatDuration(0) },
    basis: () => [...joined].filter(([node, first]) => node !== first),
    split: (rows) => {
      const part = partOf(seed, nameOf(rows), fractions);
      return { ...rows, splits: Array.from(rows.timesMs, () => part) };
    },
  };
}
