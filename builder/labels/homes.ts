/**
 * In which clusters a node's name stands. Two clusters can have nodes of one name: an episode that names a cluster is about
 * that one's node, and one that names none is about the only node of its name, or about nobody knows which.
 */
import { compare, groupBy } from '../../common/collections.ts';
import { BuilderError } from '../../common/errors.ts';
import { type Episode, isHarmless, nodeText } from '../../dataset/episodes/contract.ts';
import type { EntityName } from '../../dataset/model/rows.ts';

/** First and last row. */
interface Span {
  firstMs: number;
  lastMs: number;
}

/** The time of which episodes matter, and how long they have a say. */
export interface HomeTimes extends Readonly<Span> {
  readonly stepMs: number;
  readonly recoveryMs: number;
}

/** By cluster, empty for none. */
type Spans = ReadonlyMap<string, Readonly<Span>>;

/** What rows have told of clusters so far. */
export class Homes {
  readonly #nodes = new Map<string, Map<string, Span>>();
  readonly #changed = new Set<string>();

  /** Takes notice of rows of a node, or of a pod on it, in time order. */
  meet({ cluster, node }: Pick<EntityName, 'cluster' | 'node'>, firstMs: number, lastMs: number): void {
    const own = this.#nodes.get(node) ?? new Map<string, Span>();
    this.#nodes.set(node, own);
    const span = own.get(cluster);
    if (span === undefined) {
      own.set(cluster, { firstMs, lastMs });
      this.#changed.add(node);
    } else {
      span.firstMs = Math.min(span.firstMs, firstMs);
      span.lastMs = Math.max(span.lastMs, lastMs);
    }
  }

  /** The names that were met in another cluster since this was asked before. */
  takeChanged(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** The names that there are both in a cluster and in none, as when the cluster's label is new. */
  get partlyNamed(): string[] {
    return [...this.#nodes].flatMap(([node, own]) => (own.size > 1 && own.has('') ? [node] : []));
  }

  of(node: string): Spans {
    return this.#nodes.get(node) ?? new Map();
  }

  /** Whether rows of this name tell a cluster. */
  isNamed(node: string): boolean {
    return this.#firstNamed(node) !== undefined;
  }

  /** Whether an episode that names no cluster is about this cluster's node: it stays with the cluster that was met first. */
  isFirst({ cluster, node }: Pick<EntityName, 'cluster' | 'node'>): boolean {
    return cluster === '' || (this.#firstNamed(node) ?? cluster) === cluster;
  }

  #firstNamed(node: string): string | undefined {
    for (const cluster of this.#nodes.get(node)?.keys() ?? []) if (cluster !== '') return cluster;
    return undefined;
  }
}

/** Whether an episode, its recovery included, has a say in rows of a time. */
function touches(
  { stepMs, recoveryMs }: Pick<HomeTimes, 'stepMs' | 'recoveryMs'>,
  episode: Episode,
  { firstMs, lastMs }: Readonly<Span>,
): boolean {
  const untilMs = episode.endMs + stepMs + (isHarmless(episode) ? 0 : recoveryMs);
  return episode.startMs <= lastMs && untilMs > firstMs;
}

/** Where an episode's cluster is told, by where the episode is. */
function remedy({ place }: Episode, clusters: string): string {
  if (place.startsWith('metric '))
    return 'give the scenarios their --cluster, or the series a label for it (clusterLabel)';
  if (place.startsWith('promql ')) return 'let the expression keep the label of the cluster (clusterLabel)';
  return `write ${clusters} into a column cluster`;
}

function troubleOf(
  node: string,
  homes: Homes,
  episodes: readonly Episode[],
  times: HomeTimes,
): string | undefined {
  const spans = homes.of(node);
  const named = [...spans.keys()].filter((cluster) => cluster !== '').sort(compare);
  const unnamed = spans.get('');
  const told = ({ place, episode, ...of }: Episode) =>
    `${place}: episode ${episode} is about node ${nodeText(of)}`;
  const homeless = episodes.filter(({ cluster }) => cluster === undefined);
  const [first] = homeless;
  if (named.length > 1 && first !== undefined)
    return `${told(first)}, which there is in the clusters ${named.join(' and ')}: ${remedy(first, named.join(' or '))}`;
  const [only] = named;
  const own = only === undefined ? undefined : spans.get(only);
  if (own !== undefined && unnamed !== undefined) {
    const both = homeless.find((episode) => touches(times, episode, own) && touches(times, episode, unnamed));
    if (both !== undefined)
      return `${told(both)}, of which there are rows of cluster ${only} and rows without a cluster at that time: ${remedy(both, String(only))}, or choose rows by selector`;
  }
  if (named.length > 0 || unnamed === undefined) return undefined;
  const [one, ...others] = episodes.filter(({ cluster }) => cluster !== undefined);
  const other = others.find(({ cluster }) => cluster !== one?.cluster);
  if (one === undefined || other === undefined) return undefined;
  return `${told(other)} and ${told(one)}, but the rows of ${node} tell no cluster: give their series a label for it (clusterLabel)`;
}

/**
 * Holds episodes against what is known of clusters.
 *
 * @param nodes names to look at
 * @param times of the dataset: an episode outside of it may be about anything
 * @throws {BuilderError} `labels` when it cannot be known which of several nodes an episode is about
 */
export function checkHomes(
  homes: Homes,
  nodes: readonly string[],
  episodes: ReadonlyMap<string, readonly Episode[]>,
  times: HomeTimes,
): void {
  for (const node of nodes) {
    const own = episodes.get(node)?.filter((episode) => touches(times, episode, times)) ?? [];
    const trouble = troubleOf(node, homes, own, times);
    if (trouble !== undefined) throw new BuilderError('labels', trouble);
  }
}

/** Episodes by the name of the node that they are about, as `checkHomes` wants them. */
export function episodesByNode(episodes: readonly Episode[]): ReadonlyMap<string, readonly Episode[]> {
  return groupBy(episodes, ({ node }) => node);
}
