import { parseDurationMs } from '../../common/duration.ts';
import { asWholes } from '../../dataset/episodes/chains.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import { PARTS } from '../../dataset/model/rows.ts';
import type { SplitConfig } from '../config/schema.ts';
import { byEpisode } from './by-episode.ts';
import { byNode } from './by-node.ts';
import { byTime } from './by-time.ts';
import type { SplitDescription, SplitTimes, Splitter } from './model.ts';

/**
 * Decides which part each row belongs to, so that no part can be learnt from another: rows whose features reach back
 * into another part are `embargo`, and no episode lies in two parts, nor does an attack of several stages.
 */
export function splitter(
  config: SplitConfig,
  seed: string,
  staged: readonly Episode[],
  times: SplitTimes,
  nowMs: number,
): Splitter {
  const episodes = asWholes(staged);
  if (config.by === 'time') return byTime(config, episodes, times, nowMs);
  return config.by === 'episode' || config.by === 'run'
    ? byEpisode(config, episodes, times, seed)
    : byNode(config, episodes, seed, times.byNameAlone);
}

/** A warning for every part that ought to have rows and has none. */
export function emptyParts(
  { fractions, by, embargo }: Pick<SplitDescription, 'fractions' | 'by' | 'embargo'>,
  rows: Readonly<Record<string, number>>,
): string[] {
  return PARTS.filter((part, i) => (fractions[i] ?? 0) > 0 && !rows[part]).map((part) =>
    by === 'joined'
      ? `the splits of all labs leave no row for ${part}`
      : `the split by ${by} leaves no row for ${part}${parseDurationMs(embargo) === 0 ? '' : ` (no episode is divided, and ${embargo} between parts are embargo)`}`,
  );
}
