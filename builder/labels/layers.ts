import { type Episode, isHarmless } from '../../dataset/episodes/contract.ts';
import type { EntityName } from '../../dataset/model/rows.ts';
import type { Homes } from './homes.ts';
import { type Interval, Timeline } from './timeline.ts';

/** Episodes that are about the same rows, worked out over time. */
export interface Layer {
  /** Which of them goes first in the row of a time. */
  readonly meets: Timeline;
  /** Whether that row still remembers an attack of them that is over. */
  readonly recovers: Timeline;
  /** Their places among all episodes, ascending. */
  readonly places: readonly number[];
}

interface Times {
  readonly stepMs: number;
  readonly recoveryMs: number;
}

const NO_PLACES: readonly number[] = [];

/** Row t covers (t − step, t]: what lasts from start to end is met by the rows from start on, until a step after its end. */
function layerOf(
  episodes: readonly Episode[],
  places: readonly number[],
  { stepMs, recoveryMs }: Times,
): Layer {
  const own = places.map((place) => episodes[place] as Episode);
  const metIn = ({ startMs, endMs }: Episode): Interval => ({ fromMs: startMs, untilMs: endMs + stepMs });
  const recoversIn = ({ endMs }: Episode): Interval => ({
    fromMs: endMs + stepMs,
    untilMs: endMs + stepMs + recoveryMs,
  });
  return {
    places,
    meets: new Timeline(own.map(metIn)),
    recovers: new Timeline(own.filter((episode) => !isHarmless(episode)).map(recoversIn)),
  };
}

const nameKey = ({ cluster, node, namespace = '', pod = '' }: EntityName) => [cluster, node, namespace, pod];

const keyOf = (...names: readonly string[]) => JSON.stringify(names);

/** The places of episodes by what they name. */
function placesBy(episodes: readonly Episode[], nameOf: (episode: Episode) => string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  episodes.forEach((episode, place) => {
    const name = nameOf(episode);
    const known = places.get(name);
    if (known === undefined) places.set(name, [place]);
    else known.push(place);
  });
  return places;
}

/**
 * Finds the episodes that have a say in the rows of a node or pod. They name its cluster, or none; where rows tell no
 * cluster, and no others of that name do, what episodes tell of it is not compared. A node's rows are concerned by all that is said of the
 * node or of pods on it; a pod's by what names it, its namespace, or its node alone. Each of these is worked out once, when
 * rows first ask for it, so that many pods of a node do not each go through the node's episodes.
 *
 * @param episodes in the order in which they go before each other
 */
export function layersOf(
  episodes: readonly Episode[],
  times: Times,
  homes: Homes,
): (name: EntityName) => Layer[] {
  const made = new Map<string, Layer>();
  let ofNodes: Map<string, number[]> | undefined;
  let ofPods: Map<string, number[]> | undefined;
  let clustersOf: Map<string, Set<string>> | undefined;

  /** The clusters that episodes on a node name. */
  function clustersNamed(node: string): Iterable<string> {
    if (clustersOf === undefined) {
      clustersOf = new Map();
      for (const { cluster, node: name } of episodes)
        if (cluster !== undefined) clustersOf.set(name, (clustersOf.get(name) ?? new Set()).add(cluster));
    }
    return clustersOf.get(node) ?? [];
  }

  /** The clusters, empty for none, that an episode may name to be about a node. */
  function clustersFor({ cluster, node }: EntityName): string[] {
    if (cluster === '') return homes.isNamed(node) ? [''] : ['', ...clustersNamed(node)];
    return homes.isFirst({ cluster, node }) ? [cluster, ''] : [cluster];
  }

  function keysOf(name: EntityName): string[] {
    const { node, namespace = '', pod } = name;
    const clusters = clustersFor(name);
    if (pod === undefined) return clusters.map((cluster) => keyOf(cluster, node));
    const [namespaces, pods] = [new Set([namespace, '']), new Set([pod, ''])];
    return clusters.flatMap((cluster) =>
      [...namespaces].flatMap((one) => [...pods].map((other) => keyOf(cluster, node, one, other))),
    );
  }

  function placesOf(isPod: boolean, key: string): readonly number[] {
    ofNodes ??= isPod ? undefined : placesBy(episodes, ({ cluster = '', node }) => keyOf(cluster, node));
    ofPods ??= isPod
      ? placesBy(episodes, ({ cluster = '', node, namespace, pod }) => keyOf(cluster, node, namespace, pod))
      : undefined;
    return (isPod ? ofPods : ofNodes)?.get(key) ?? NO_PLACES;
  }

  function layerAt(key: string, places: readonly number[]): Layer[] {
    const known = made.get(key);
    if (known !== undefined) return [known];
    if (places.length === 0) return [];
    const layer = layerOf(episodes, places, times);
    made.set(key, layer);
    return [layer];
  }

  /** The sources' precedence of what names this very pod, by episode. */
  function exactRanks(keys: readonly string[]): Map<string, number> {
    const ranks = new Map<string, number>();
    for (const place of keys.flatMap((key) => placesOf(true, key))) {
      const { episode, pod, rank = 0 } = episodes[place] as Episode;
      if (pod !== '') ranks.set(episode, Math.min(rank, ranks.get(episode) ?? rank));
    }
    return ranks;
  }

  return (name) => {
    const keys = keysOf(name);
    if (name.pod === undefined) return keys.flatMap((key) => layerAt(key, placesOf(false, key)));
    const exact = exactRanks(keys);
    return keys.flatMap((key) => {
      const all = placesOf(true, key);
      // What an episode says of a pod's node is not about a pod that it names.
      const places = all.filter((place) => {
        const { episode, pod, rank = 0 } = episodes[place] as Episode;
        return pod !== '' || (exact.get(episode) ?? Number.POSITIVE_INFINITY) > rank;
      });
      return layerAt(places.length === all.length ? key : keyOf(key, ...nameKey(name)), places);
    });
  };
}
