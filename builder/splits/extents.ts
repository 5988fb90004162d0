import { compare } from '../collections.ts';
import type { Episode } from '../episodes.ts';
import { isBenign } from '../labels/role.ts';
import type { SplitTimes } from './model.ts';

/** First and last row that an episode, its recovery included, has a say in. */
export interface Extent {
  /** Empty when the episode tells none. */
  readonly cluster: string;
  readonly name: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The extents of the episodes that lie in the dataset's time, by their first row. */
export function extentsOf(
  episodes: readonly Episode[],
  { stepMs, recoveryMs, firstMs, lastMs }: SplitTimes,
): Extent[] {
  const extents = episodes.map((episode) => {
    const afterMs = episode.endMs + stepMs + (isBenign(episode) ? 0 : recoveryMs);
    return {
      cluster: episode.cluster ?? '',
      name: episode.episode,
      firstMs: Math.ceil(episode.startMs / stepMs) * stepMs,
      lastMs: Math.ceil(afterMs / stepMs) * stepMs - stepMs,
    };
  });
  return extents
    .filter((extent) => extent.firstMs <= lastMs && extent.lastMs >= firstMs)
    .sort((a, b) => a.firstMs - b.firstMs || compare(a.name, b.name));
}
