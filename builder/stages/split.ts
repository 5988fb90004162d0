import { createHash } from 'node:crypto';
import { formatDuration } from '../../common/duration.ts';
import { compare, groupBy } from '../collections.ts';
import type { SplitConfig } from '../config-schema.ts';
import type { Episode } from '../episodes.ts';
import { BuilderError } from '../errors.ts';
import {
  type EntityName,
  type LabelledRows,
  PARTS,
  type Part,
  type Split,
  type SplitRows,
} from '../model.ts';
import { formatTime, parseTime } from '../times.ts';
import { isBenign } from './label.ts';

/** How rows were split, as the manifest tells it. */
export interface SplitDescription {
  readonly by: 'time' | 'episode' | 'node';
  readonly fractions: readonly number[];
  readonly seed?: string;
  readonly embargo: string;
  /** Last row of the training and of the validation part. */
  readonly bounds?: readonly string[];
  /** Last row before each change of episodes. */
  readonly blocks?: readonly { readonly episode: string; readonly part: Part; readonly until: string }[];
}

export interface Splitter {
  split(rows: LabelledRows): SplitRows;
  readonly description: SplitDescription;
}

export interface SplitTimes {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly stepMs: number;
  readonly recoveryMs: number;
  /** How far back a row's features reach: the embargo unless the configuration names one. */
  readonly reachMs: number;
}

/** First and last row that an episode, its recovery included, has a say in. */
interface Extent {
  readonly name: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

const HASHED_BYTES = 6;

/** A number in [0, 1) that depends on the seed and the name alone. */
function unit(seed: string, name: string): number {
  const hash = createHash('sha256').update(`${seed}\0${name}`).digest();
  return hash.readUIntBE(0, HASHED_BYTES) / 2 ** (8 * HASHED_BYTES);
}

function partOf(seed: string, name: string, [train, validation]: readonly [number, number, number]): Part {
  const at = unit(seed, name);
  if (at < train) return 'train';
  return at < train + validation ? 'validation' : 'test';
}

function extentsOf(
  episodes: readonly Episode[],
  { stepMs, recoveryMs, firstMs, lastMs }: SplitTimes,
): Extent[] {
  const extents = episodes.map((episode) => {
    const afterMs = episode.endMs + stepMs + (isBenign(episode) ? 0 : recoveryMs);
    return {
      name: episode.episode,
      firstMs: Math.ceil(episode.startMs / stepMs) * stepMs,
      lastMs: Math.ceil(afterMs / stepMs) * stepMs - stepMs,
    };
  });
  return extents
    .filter((extent) => extent.firstMs <= lastMs && extent.lastMs >= firstMs)
    .sort((a, b) => a.firstMs - b.firstMs || compare(a.name, b.name));
}

/** The bound, moved past every episode that it, or the embargo after it, would cut. */
function pastEpisodes(boundMs: number, extents: readonly Extent[], embargoMs: number): number {
  const cut = extents.find(({ firstMs, lastMs }) => firstMs <= boundMs + embargoMs && lastMs > boundMs);
  return cut === undefined ? boundMs : pastEpisodes(cut.lastMs, extents, embargoMs);
}

type TimeSplit = Extract<SplitConfig, { by: 'time' }>;
type EpisodeSplit = Extract<SplitConfig, { by: 'episode' }>;
type NodeSplit = Extract<SplitConfig, { by: 'node' }>;

function wantedBounds(
  { fractions, bounds }: TimeSplit,
  { firstMs, lastMs, stepMs }: SplitTimes,
  nowMs: number,
): [number, number] {
  if (bounds === undefined) {
    const beforeMs = firstMs - stepMs;
    const at = (fraction: number) =>
      beforeMs + Math.round((fraction * (lastMs - beforeMs)) / stepMs) * stepMs;
    return [at(fractions[0]), at(fractions[0] + fractions[1])];
  }
  const [train, validation] = bounds.map((text, i) => {
    const ms = parseTime(text, nowMs);
    if (ms === undefined)
      throw new BuilderError('config', `config: split.bounds.${i}: ${JSON.stringify(text)} is no time`);
    return Math.floor(ms / stepMs) * stepMs;
  }) as [number, number];
  if (validation < train)
    throw new BuilderError('config', 'config: split.bounds: the second lies before the first');
  return [train, validation];
}

function byTime(config: TimeSplit, episodes: readonly Episode[], times: SplitTimes, nowMs: number): Splitter {
  const embargoMs = config.embargo ?? times.reachMs;
  const extents = extentsOf(episodes, times);
  const [wantedTrain, wantedValidation] = wantedBounds(config, times, nowMs);
  const train = pastEpisodes(wantedTrain, extents, embargoMs);
  const hasValidation = wantedValidation > wantedTrain;
  const validation = hasValidation
    ? pastEpisodes(Math.max(wantedValidation, train + embargoMs), extents, embargoMs)
    : train;
  const splitAt = (t: number): Split => {
    if (t <= train) return 'train';
    if (t <= train + embargoMs) return 'embargo';
    if (t <= validation) return 'validation';
    return t <= validation + embargoMs ? 'embargo' : 'test';
  };
  return {
    description: {
      by: 'time',
      fractions: config.fractions,
      embargo: formatDuration(embargoMs),
      bounds: [formatTime(train), formatTime(validation)],
    },
    split: (rows) => ({ ...rows, splits: Array.from(rows.timesMs, splitAt) }),
  };
}

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

function byEpisode(
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
    split: (rows) => ({ ...rows, splits: Array.from(rows.timesMs, splitAt) }),
  };
}

function byNode({ fractions }: NodeSplit, seed: string): Splitter {
  const nameOf = ({ cluster, node }: EntityName) => (cluster === '' ? node : `${cluster}/${node}`);
  return {
    description: { by: 'node', fractions, seed, embargo: formatDuration(0) },
    split: (rows) => {
      const part = partOf(seed, nameOf(rows), fractions);
      return { ...rows, splits: Array.from(rows.timesMs, () => part) };
    },
  };
}

/**
 * Decides which part each row belongs to, so that no part can be learnt from another: rows whose features reach back
 * into another part are `embargo`, and no episode lies in two parts.
 */
export function splitter(
  config: SplitConfig,
  seed: string,
  episodes: readonly Episode[],
  times: SplitTimes,
  nowMs: number,
): Splitter {
  if (config.by === 'time') return byTime(config, episodes, times, nowMs);
  return config.by === 'episode' ? byEpisode(config, episodes, times, seed) : byNode(config, seed);
}

/** A warning for every part that ought to have rows and has none. */
export function emptyParts(
  { fractions, by }: SplitDescription,
  rows: Readonly<Record<string, number>>,
): string[] {
  return PARTS.filter((part, i) => (fractions[i] ?? 0) > 0 && !rows[part]).map(
    (part) => `the split by ${by} leaves no row for ${part}`,
  );
}
