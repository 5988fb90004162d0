import { compare, groupBy } from '../../common/collections.ts';
import { formatDuration } from '../../common/duration.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { NamedEntity } from '../../dataset/model/entity.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { EntityName } from '../../dataset/model/rows.ts';
import type { SplitConfig } from '../config/schema.ts';
import { identityIn } from './extents.ts';
import { partOf } from './hashing.ts';
import type { SplitDescription, Splitter } from './model.ts';

type NodeSplit = Extract<SplitConfig, { by: 'node' }>;
type Node = Pick<Episode, 'cluster' | 'node'>;

const BETWEEN = '\0';

/** What is hashed of a node: its cluster and name, or its name where it has no cluster. */
function ownName({ cluster = '', node }: Node): string {
  return cluster === '' ? node : `${cluster}${BETWEEN}${node}`;
}

/** Names with a cluster before those without, which may be about the same node. */
function compareNames(a: string, b: string): number {
  return Number(b.includes(BETWEEN)) - Number(a.includes(BETWEEN)) || compare(a, b);
}

/**
 * For each node with episodes, the first by name of the nodes that it shares episodes with, directly or not.
 *
 * @param episodeOf what tells episodes apart
 */
function representatives(
  episodes: readonly Episode[],
  nameOf: (node: Node) => string,
  episodeOf: (episode: Episode) => string,
): Map<string, string> {
  const found = new Map<string, string>(episodes.map((episode) => [nameOf(episode), nameOf(episode)]));
  const rootOf = (name: string): string => {
    const path = [name];
    for (let next = found.get(name); next !== undefined && next !== path.at(-1); next = found.get(next))
      path.push(next);
    const root = path.at(-1) as string;
    for (const passed of path) found.set(passed, root);
    return root;
  };
  const join = (names: readonly string[]) => {
    const roots = [...new Set(names.map(rootOf))].sort(compareNames);
    for (const root of roots) found.set(root, roots[0] as string);
  };
  for (const [, own] of groupBy(episodes, episodeOf)) join(own.map(nameOf));
  // An episode that tells no cluster may be about any node of its name.
  for (const episode of episodes)
    if (nameOf(episode) !== episode.node && found.has(episode.node)) join([nameOf(episode), episode.node]);
  for (const name of found.keys()) rootOf(name);
  return found;
}

/** The names that share a part with others, each with the one that they all go by. */
function movedOf(joined: ReadonlyMap<string, string>): [string, string][] {
  return [...joined].filter(([name, first]) => name !== first);
}

/** Whether a dataset's split by node was begun when the clusters of its nodes did not count, and goes on like that. */
export function splitsByNameAlone({ split, entities }: Pick<Manifest, 'split' | 'entities'>): boolean {
  return (
    split.by === 'node' && split.hashed === undefined && entities.some(({ cluster }) => cluster !== null)
  );
}

/** What a manifest says of a split beside its description: that clusters were hashed, where nodes are in any. */
export function hashedIn(
  { by }: Pick<SplitDescription, 'by'>,
  nodes: readonly NamedEntity[],
  byNameAlone: boolean,
): { readonly hashed?: readonly ['cluster', 'node'] } {
  const isHashed = by === 'node' && !byNameAlone && nodes.some(({ cluster }) => cluster !== null);
  return isHashed ? { hashed: ['cluster', 'node'] } : {};
}

/**
 * Splits by the hash of the nodes' clusters and names. Nodes share no samples, so that there is no embargo; but nodes that
 * were in the same episode stay together, and fall by the first one's name.
 *
 * @param byNameAlone whether clusters do not count, as in datasets that were begun when they did not
 */
export function byNode(
  { fractions }: NodeSplit,
  episodes: readonly Episode[],
  seed: string,
  byNameAlone = false,
): Splitter {
  // Where nodes tell no cluster, names are all there is, whatever episodes tell.
  const byName = representatives(
    episodes,
    ({ node }) => node,
    ({ episode }) => episode,
  );
  const moved = movedOf(byName);
  const clustered = !byNameAlone && episodes.some(({ cluster }) => cluster !== undefined);
  const titled = ({ cluster = '', episode }: Episode) => ({ cluster, name: episode });
  const identity = identityIn(episodes.map(titled));
  const joined = clustered ? representatives(episodes, ownName, (one) => identity(titled(one))) : byName;
  const together = new Set(movedOf(joined).map(([, first]) => first));
  function nameOf({ cluster, node }: EntityName): string {
    if (cluster === '' || byNameAlone) return byName.get(node) ?? node;
    const own = ownName({ cluster, node });
    const first = joined.get(own) ?? joined.get(node);
    // A node that shares no episode goes by its own name: none moves when its first episode comes.
    return first !== undefined && together.has(first) ? first : own;
  }
  return {
    description: { by: 'node', fractions, seed, embargo: formatDuration(0) },
    basis: () => (clustered ? [...moved, ...movedOf(joined)] : moved),
    split: (rows) => {
      const part = partOf(seed, nameOf(rows), fractions);
      return { ...rows, splits: Array.from(rows.timesMs, () => part) };
    },
  };
}
