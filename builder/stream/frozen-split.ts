import { parseDurationMs } from '../../common/duration.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { BuildConfig } from '../config/schema.ts';
import { splitsByNameAlone } from '../splits/by-node.ts';
import type { SplitTimes, Splitter } from '../splits/model.ts';
import { splitter } from '../splits/split.ts';

/**
 * The split of rows to come, as far as it is decided: by node (until an episode joins it to others), or by time with
 * bounds that are frozen in the manifest of the dataset that was built before, or written in the configuration.
 * Undefined otherwise: fractions of a time that has no end, and episodes that are still to come, decide nothing.
 *
 * @param manifest of the dataset in the configuration's output folder, if there is one
 */
export function frozenSplit(
  { split, seed }: BuildConfig,
  manifest: Manifest | undefined,
  episodes: readonly Episode[],
  times: SplitTimes,
  nowMs: number,
): Splitter | undefined {
  if (split.by === 'node') {
    const byNameAlone = manifest !== undefined && splitsByNameAlone(manifest);
    return splitter(split, seed, episodes, { ...times, byNameAlone }, nowMs);
  }
  if (split.by !== 'time') return undefined;
  const frozen = manifest?.split.by === 'time' ? manifest.split : undefined;
  const [train, validation] = frozen?.bounds ?? [];
  if (frozen === undefined || train === undefined || validation === undefined) {
    return split.bounds === undefined ? undefined : splitter(split, seed, episodes, times, nowMs);
  }
  const embargo = parseDurationMs(frozen.embargo) ?? 0;
  // The manifest's bounds lie behind the episodes that they would have cut: they must not move again.
  return splitter({ ...split, bounds: [train, validation], embargo }, seed, [], times, nowMs);
}
