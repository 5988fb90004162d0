import { formatDuration } from '../../common/duration.ts';
import { groupBy } from '../collections.ts';
import type { SplitConfig } from '../config-schema.ts';
import type { Episode } from '../episodes.ts';
import { BuilderError } from '../errors.ts';
import type { Split } from '../model.ts';
import { formatTime } from '../times.ts';
import { type Extent, extentsOf } from './extents.ts';
import { partOf } from './hashing.ts';
import type { SplitTimes, Splitter } from './model.ts';

type EpisodeSplit = Extract<SplitConfig, { by: 'episode' }>;

/** Episodes by name with all their nodes; those closer together than the embargo become one. */
function blocksOf(extents: readonly Extent[], embargoMs: number): Extent[] {
  const whole = [...groupBy(extents, ({ name }) => name)].map(([name, own]) => ({
    name,
    firstMs: Math.min(...own.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...own.map(({ lastMs }) => lastMs)),
  }));
  const blocks: Extent[] = [];
  for (const extent of whole.sort((a, b) => a.firstMs - b.firstMs)) {
    const before = blocks.at(-1);
    if (before !== undefined && extent.firstMs <= before.lastMs + embargoMs) {
      blocks[blocks.length - 1] = { ...before, lastMs: Math.max(before.lastMs, extent.lastMs) };
    } else {
      blocks.push(extent);
    }
  }
  return blocks;
}

/** Splits by the hash of the episodes' names: each takes the time around it along, for all nodes. */
export function byEpisode(
  config: EpisodeSplit,
  episodes: readonly Episode[],
  times: SplitTimes,
  seed: string,
): Splitter {
  const embargoMs = config.embargo ?? times.reachMs;
  const { stepMs } = times;
  const extents = blocksOf(extentsOf(episodes, times), embargoMs);
  if (extents.length === 0) {
    throw new BuilderError(
      'config',
      'split by episode: there is no episode in the dataset: give labels, or split by time or node',
    );
  }
  const blocks = extents.map(({ name, lastMs }, i) => {
    const next = extents[i + 1];
    // The time between two episodes is shared, after the embargo has been taken out of it.
    const untilMs =
      next === undefined
        ? times.lastMs
        : Math.floor((lastMs + next.firstMs - embargoMs) / 2 / stepMs) * stepMs;
    return { name, part: partOf(seed, name, config.fractions), untilMs };
  });
  const splitAt = (t: number): Split => {
    const at = blocks.findIndex(({ untilMs }) => t <= untilMs);
    const part = blocks[at]?.part ?? 'test';
    const before = blocks[at - 1];
    return before !== undefined && before.part !== part && t <= before.untilMs + embargoMs ? 'embargo' : part;
  };
  return {
    description: {
      by: 'episode',
      fractions: config.fractions,
      seed,
      embargo: formatDuration(embargoMs),
      blocks: blocks.map(({ name, part, untilMs }) => ({ episode: name, part, until: formatTime(untilMs) })),
    },
    basis: (timesMs) => Array.from(timesMs, splitAt),
    split: (rows) => ({ ...rows, splits: Array.from(rows.timesMs, splitAt) }),
  };
}
