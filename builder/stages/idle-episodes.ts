/** Episodes that label no row, which is seldom what somebody meant. */
import { BuilderError } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import { type Episode, nodeText } from '../../dataset/episodes/contract.ts';
import type { NamedEntity } from '../../dataset/model/entity.ts';
import { isInShard } from '../../dataset/model/shard.ts';
import type { LabelSet } from '../label-sources/label-set.ts';
import type { Plan } from '../plan/model.ts';

type Times = Pick<Plan, 'firstMs' | 'lastMs' | 'stepMs' | 'shard'>;

function isOutside({ startMs, endMs }: Episode, { firstMs, lastMs, stepMs }: Times): boolean {
  return startMs > lastMs || endMs <= firstMs - stepMs;
}

/** Tells whether there are rows of the node that an episode is about. */
function nodesOf(entities: readonly NamedEntity[]): (episode: Episode) => boolean {
  const nodes = new Set(entities.map(({ node }) => node));
  const whole = new Set(entities.map(({ cluster, node }) => JSON.stringify([cluster, node])));
  const named = new Set(entities.flatMap(({ cluster, node }) => (cluster === null ? [] : [node])));
  return ({ cluster, node }) =>
    nodes.has(node) &&
    (cluster === undefined || !named.has(node) || whole.has(JSON.stringify([cluster, node])));
}

const textOf = ({ node, cluster }: Episode) => nodeText({ node, ...(cluster !== undefined && { cluster }) });

/** A warning for each episode that labels no row. */
export function idleEpisodes(
  labels: readonly LabelSet[],
  times: Times,
  entities: readonly NamedEntity[],
): string[] {
  const hasRows = nodesOf(entities);
  return labels.flatMap(({ episodes }) =>
    episodes.flatMap((episode) => {
      const { node, place, episode: name } = episode;
      if (times.shard !== undefined && !isInShard(node, times.shard)) return [];
      if (!hasRows(episode))
        return `${place}: episode ${name} is about node ${textOf(episode)}, of which there are no rows`;
      return isOutside(episode, times) ? `${place}: episode ${name} lies outside the dataset's time` : [];
    }),
  );
}

/** Sources whose episodes were done to nodes on purpose; alerts may well fire on others than those that rows are made of. */
const OF_SCENARIOS = ['episodes', 'metric'];
const SHOWN = 3;

/**
 * Refuses ground truth about nodes of which there are no rows in its time: all that was done would count as normal, or be missing.
 *
 * @throws {BuilderError} `labels`, naming nodes
 */
export function checkNodes(
  labels: readonly LabelSet[],
  times: Times,
  entities: readonly NamedEntity[],
): void {
  // Of a shard's nodes others are in other shards.
  if (times.shard !== undefined) return;
  const hasRows = nodesOf(entities);
  const clusters = new Set(entities.map(({ cluster }) => cluster));
  // A file may tell of clusters that this dataset is not of.
  const isOfOther = ({ cluster }: Episode) =>
    cluster !== undefined && !clusters.has(null) && !clusters.has(cluster);
  const idle = labels
    .filter(({ source }) => OF_SCENARIOS.includes(source.kind))
    .flatMap(({ episodes }) =>
      episodes.filter((each) => !isOutside(each, times) && !isOfOther(each) && !hasRows(each)),
    );
  const [first] = idle;
  if (first === undefined) return;
  const names = [...new Set(idle.map(textOf))];
  const more = names.length - SHOWN;
  const own = [...new Set(entities.map(({ node }) => node))];
  const near = nearest(first.node, own);
  const there =
    near === undefined ? `there are rows of ${own.slice(0, SHOWN).join(', ')}` : `did you mean ${near}?`;
  throw new BuilderError(
    'labels',
    `${first.place}: episode ${first.episode} is about ${names.length === 1 ? 'a node' : `nodes`} of which there are no rows: ${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}: ${there}; mend the names (of scenarios: --node-name), or leave such episodes out by --allow-other-nodes`,
  );
}
