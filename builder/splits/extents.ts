import { compare } from '../../common/collections.ts';
import { type Episode, isHarmless } from '../../dataset/episodes/contract.ts';
import type { SplitTimes } from './model.ts';

/** What is known of an episode's name: another cluster's of the same name is another episode. */
export interface EpisodeName {
  /** Empty when the episode tells none. */
  readonly cluster: string;
  readonly name: string;
}

/** Tells episodes apart by name and cluster; where one tells no cluster, all of its name are one. */
export function identityIn(all: readonly EpisodeName[]): (one: EpisodeName) => string {
  const anywhere = new Set(all.flatMap(({ cluster, name }) => (cluster === '' ? [name] : [])));
  return ({ cluster, name }) => (anywhere.has(name) ? name : JSON.stringify([cluster, name]));
}

/** First and last row that an episode, its recovery included, has a say in. */
export interface Extent extends EpisodeName {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly scenario: string;
  readonly role: string;
  /** The campaign, empty when it has none. */
  readonly run: string;
  readonly isAttack: boolean;
}

/** The extents of the episodes that lie in the dataset's time, by their first row. */
export function extentsOf(
  episodes: readonly Episode[],
  { stepMs, recoveryMs, firstMs, lastMs }: SplitTimes,
): Extent[] {
  const extents = episodes.map((episode) => {
    const afterMs = episode.endMs + stepMs + (isHarmless(episode) ? 0 : recoveryMs);
    return {
      cluster: episode.cluster ?? '',
      name: episode.episode,
      ...{ scenario: episode.scenario, role: episode.role, run: episode.run, isAttack: !isHarmless(episode) },
      firstMs: Math.ceil(episode.startMs / stepMs) * stepMs,
      lastMs: Math.ceil(afterMs / stepMs) * stepMs - stepMs,
    };
  });
  return extents
    .filter((extent) => extent.firstMs <= lastMs && extent.lastMs >= firstMs)
    .sort((a, b) => a.firstMs - b.firstMs || compare(a.name, b.name));
}
