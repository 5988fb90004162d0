import { groupBy } from '../../common/collections.ts';
import { formatDuration } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { formatTime } from '../../common/times.ts';
import { blocksOf, type Span, splitAt } from '../../dataset/episodes/blocks.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { Split } from '../../dataset/model/rows.ts';
import type { SplitConfig } from '../config/schema.ts';
import { checkAttackFree } from './attack-free.ts';
import { type Extent, extentsOf, identityIn } from './extents.ts';
import { sharesOf } from './hashing.ts';
import type { SplitTimes, Splitter } from './model.ts';

type EpisodeSplit = Extract<SplitConfig, { by: 'episode' | 'run' }>;

const BETWEEN = '\0';

/** Episodes, or campaigns, with all their nodes, by their first row. */
function spansOf(extents: readonly Extent[], { by, stratify = [] }: EpisodeSplit): Span[] {
  const identity = identityIn(extents);
  const keyOf = (extent: Extent) =>
    by === 'run' && extent.run !== '' ? `run${BETWEEN}${extent.run}` : identity(extent);
  const spans = [...groupBy(extents, keyOf).values()].map((own): Span => {
    const [first] = own as [Extent, ...Extent[]];
    const inRun = by === 'run' && first.run !== '';
    return {
      name: inRun ? first.run : first.name,
      // A campaign has everything in it, and what it has is not known when it begins.
      stratum: inRun ? 'run' : stratify.map((key) => first[key]).join(BETWEEN),
      run: first.run,
      firstMs: own.reduce((least, { firstMs }) => Math.min(least, firstMs), Number.POSITIVE_INFINITY),
      lastMs: own.reduce((most, { lastMs }) => Math.max(most, lastMs), Number.NEGATIVE_INFINITY),
    };
  });
  return spans.sort((a, b) => a.firstMs - b.firstMs);
}

/** Splits by the episodes' names, or those of campaigns: each takes the time around it along, for all nodes. */
export function byEpisode(
  config: EpisodeSplit,
  episodes: readonly Episode[],
  times: SplitTimes,
  seed: string,
): Splitter {
  const embargoMs = config.embargo ?? times.reachMs;
  const extents = extentsOf(episodes, times);
  const spans = spansOf(extents, config);
  if (spans.length === 0) {
    throw new BuilderError(
      'config',
      `split by ${config.by}: there is no episode in the dataset: give labels, or split by time or node`,
    );
  }
  const free = checkAttackFree(config.attackFree, extents, times, embargoMs);
  const isFree = ({ run = '' }: Span) => run !== '' && run === config.attackFree?.run;
  const blocks = blocksOf([...(free === undefined ? [] : [free]), ...spans], {
    ...{ shares: sharesOf(config.fractions), seed, embargoMs, stepMs: times.stepMs, lastMs: times.lastMs },
    isStratified: config.stratify !== undefined,
    fixed: (span) => (span === free || isFree(span) ? 'train' : undefined),
  });
  const split = (t: number): Split => splitAt(blocks, embargoMs, t) ?? 'test';
  const { by, fractions, stratify, attackFree } = config;
  return {
    description: {
      ...{ by, fractions, seed, embargo: formatDuration(embargoMs) },
      ...(stratify !== undefined && { stratify }),
      ...(attackFree !== undefined && {
        attackFree: {
          ...(attackFree.for !== undefined && { for: formatDuration(attackFree.for) }),
          ...(attackFree.run !== undefined && { run: attackFree.run }),
        },
      }),
      blocks: blocks.map(({ name, part, untilMs }) => ({ episode: name, part, until: formatTime(untilMs) })),
    },
    basis: (timesMs) => Array.from(timesMs, split),
    split: (rows) => ({ ...rows, splits: Array.from(rows.timesMs, split) }),
  };
}
