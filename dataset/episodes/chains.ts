/** Attacks of several stages, whose episodes tell which attack they belong to. */
import { compare, groupBy } from '../../common/collections.ts';
import type { Episode, EpisodeLine } from './contract.ts';

/** A stage: all its episodes, from the first one's start to the last one's end. */
interface Stage {
  readonly stage: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Names of its episodes, and of what they are, in the order of their starts. */
  readonly episodes: readonly string[];
  readonly scenarios: readonly string[];
}

/** An attack as a whole, with the time between its stages, in which the attacker is there and does nothing that is seen. */
export interface Chain {
  readonly chain: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Names of the nodes that any of its stages is on. */
  readonly nodes: readonly string[];
  /** In the order of their starts; they may overlap. */
  readonly stages: readonly Stage[];
}

/** Reducing one by one: a campaign may have more episodes than a call has arguments. */
function extentOf(lines: readonly Pick<EpisodeLine, 'startMs' | 'endMs'>[]) {
  return {
    startMs: lines.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY),
    endMs: lines.reduce((most, { endMs }) => Math.max(most, endMs), Number.NEGATIVE_INFINITY),
  };
}

const distinct = (texts: readonly string[]) => [...new Set(texts)];

const byStart = (a: { startMs: number; endMs: number }, b: { startMs: number; endMs: number }) =>
  a.startMs - b.startMs || a.endMs - b.endMs;

function chainOf(chain: string, lines: readonly Episode[]): Chain {
  const stages = [...groupBy(lines, ({ stage = '' }) => stage)].map(([stage, all]): Stage => {
    const own = [...all].sort((a, b) => byStart(a, b) || compare(a.episode, b.episode));
    return {
      stage,
      ...extentOf(own),
      episodes: distinct(own.map(({ episode }) => episode)),
      scenarios: distinct(own.map(({ scenario }) => scenario)),
    };
  });
  return {
    chain,
    ...extentOf(lines),
    nodes: distinct(lines.map(({ node }) => node)).sort(compare),
    stages: stages.sort((a, b) => byStart(a, b) || compare(a.stage, b.stage)),
  };
}

/** The chains that episodes tell of, by their starts. */
export function chainsOf(episodes: readonly Episode[]): Chain[] {
  const staged = episodes.filter(({ chain }) => chain !== undefined);
  return [...groupBy(staged, ({ chain = '' }) => chain)]
    .map(([chain, lines]) => chainOf(chain, lines))
    .sort((a, b) => byStart(a, b) || compare(a.chain, b.chain));
}

/**
 * Episodes as a split must see them: each stage as its whole attack, from the first stage's start to the last one's end, under the
 * attack's name and as what it begins with, so that no part is learned from what another part knows.
 */
export function asWholes(episodes: readonly Episode[]): readonly Episode[] {
  if (episodes.every(({ chain }) => chain === undefined)) return episodes;
  const extents = new Map(chainsOf(episodes).map((whole) => [whole.chain, whole]));
  return episodes.map((episode) => {
    const whole = episode.chain === undefined ? undefined : extents.get(episode.chain);
    if (whole === undefined) return episode;
    const { startMs, endMs, stages } = whole;
    const scenario = stages[0]?.scenarios[0] ?? episode.scenario;
    return { ...episode, episode: whole.chain, scenario, startMs, endMs };
  });
}
