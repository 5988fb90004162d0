import { groupBy } from '../../common/collections.ts';
import { formatDuration } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { formatTime } from '../../common/times.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { Split } from '../../dataset/model/rows.ts';
import type { SplitConfig } from '../config/schema.ts';
import { type Extent, extentsOf, identityIn } from './extents.ts';
import { partOf } from './hashing.ts';
import type { SplitTimes, Splitter } from './model.ts';

type EpisodeSplit = Extract<SplitConfig, { by: 'episode' }>;

/** A time that is not divided, called after the episode that begins it. */
type Block = Omit<Extent, 'cluster'>;

/** Episodes by name with all their nodes; those closer together than the embargo become one. */
function blocksOf(extents: readonly Extent[], embargoMs: number): Block[] {
  const whole = [...groupBy(extents, identityIn(extents)).values()].map((own) => ({
    name: own[0]?.name ?? '',
    firstMs: own.reduce((least, { firstMs }) => Math.min(least, firstMs), Number.POSITIVE_INFINITY),
    lastMs: own.reduce((most, { lastMs }) => Math.max(most, lastMs), Number.NEGATIVE_INFINITY),
  }));
  const blocks: Block[] = [];
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

/** The place of the first of ascending blocks that goes on until `ms` or later. */
function firstAtOrAfter(blocks: readonly { readonly untilMs: number }[], ms: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle]?.untilMs ?? ms) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
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
    const at = firstAtOrAfter(blocks, t);
    const part = blocks[at]?.part;
    if (part === undefined) return 'test';
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
